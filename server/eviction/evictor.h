#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "server/eviction/candidates.h"
#include "server/eviction/memory_gauge.h"
#include "server/eviction/policy.h"
#include "store/keyspace.h"

namespace server {

class Server;

/// Keeps the memory in use below `maxmemory` by taking keys away, as far as the policy allows.
class Evictor
{
public:
    explicit Evictor(Server& server) : server_(server) {}

    enum class Outcome : std::uint8_t {
        Enough,   ///< there is room, or now is no time to make any
        GoesOn,   ///< not yet, but this run has lasted long enough: tick() does the rest
        Nothing,  ///< there is nothing that may be evicted
    };

    /// Takes keys away until there is room, but not for long, and tells of the changes. Not in the
    /// middle of a command.
    Outcome make_room();

    /// Goes on where the last run ended. True if there is more to do already.
    bool tick();

    void options_changed();
    const EvictionPolicy& policy() const { return policy_; }

    /// Keys that must stay, whatever the policy: must be quick. Not set: none.
    std::function<bool(int database, std::string_view key)> spares;

    /// Bytes in use. Set by a test; otherwise the allocator is asked.
    std::function<std::size_t()> memory_in_use;

private:
    bool may_evict() const;
    std::int64_t bytes_in_use() const;
    std::int64_t bytes_over() const;
    void warn_of_new_limit();
    Outcome run();
    void note_time_over(Outcome outcome);
    bool free_something();
    bool evict_one();
    bool evict(int database, std::string_view key);

    std::optional<Candidates::Candidate> choose();
    bool may_take(const store::Keyspace& keys, const store::Entry* entry) const;
    const store::Entry* any_of(const store::Keyspace& keys) const;
    void sample(const store::Keyspace& keys, bool early_ones);
    std::uint64_t score_of(const store::Keyspace& keys, const store::Entry& entry) const;
    bool is_still_good(const Candidates::Candidate& candidate) const;
    bool evict_by_chance();

    Server& server_;
    MemoryGauge gauge_;
    EvictionPolicy policy_;
    Candidates candidates_;
    std::chrono::nanoseconds time_limit_{};
    std::uint64_t limit_ = 0;  ///< maxmemory when the options were last changed
    bool goes_on_ = false;
    int last_database_ = 0;  ///< that a key was taken from by chance: they take turns
};

}  // namespace server
