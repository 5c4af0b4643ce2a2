#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <list>

#include "server/clients/session.h"
#include "server/config/options.h"

namespace server {

/// Bytes of memory that a client costs: what it has sent, what waits for it, and all that it made
/// the server remember.
std::size_t client_bytes(const Session& session);

/// The part of it that belongs to its transaction; as in Redis, the watched keys are among it.
std::size_t transaction_bytes(const Session& session);

/// What all clients together may cost by `maxmemory-clients`, never under 128 KB; kNoClientLimit
/// if they may cost anything, also if it is a part of a `maxmemory` that is not set.
std::size_t max_client_bytes(const Options& options);

inline constexpr std::size_t kNoClientLimit = std::numeric_limits<std::size_t>::max();

/// What all clients together cost, kept up to date while there is a limit to it, and which of them
/// are the largest. They lie in buckets by powers of two, as in Redis: what changes costs no
/// search.
///
///     bucket     0          1          ...   18              19
///     bytes     < 32 KB    < 64 KB          4 GB and more   not to be evicted, whatever it costs
class ClientMemory
{
public:
    /// Every session from its beginning to its end; its bytes count from the first update on.
    void add(Session& session);
    void remove(Session& session);

    void set_limit(std::size_t bytes) { limit_ = bytes; }
    std::size_t limit() const { return limit_; }
    bool limited() const { return limit_ != kNoClientLimit; }

    /// Looks at what the session costs now. To be called when that may have changed; while there
    /// is no limit, it need not be.
    void update(Session& session);

    /// What the sessions cost, each as it was at its last update.
    std::size_t bytes() const { return bytes_; }
    bool over_limit() const { return bytes_ >= limit_; }

    /// One of the fullest bucket, the one that has been in it for the longest time. nullptr: none
    /// of those that are left may be evicted.
    Session* largest() const;

private:
    static constexpr std::size_t kBuckets = 20;
    static constexpr std::size_t kNotEvictable = kBuckets - 1;
    static std::size_t bucket_of(const Session& session);

    std::array<std::list<Session*>, kBuckets> buckets_;
    std::size_t bytes_ = 0;
    std::size_t limit_ = kNoClientLimit;
};

}  // namespace server
