#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>

#include "server/config/options.h"
#include "store/clock.h"

namespace server::net {

/// Judges whether a client reads its replies too slowly (client-output-buffer-limit).
class OutputGuard
{
public:
    /// Whether the client is to be disconnected, `pending` bytes being ready for it. To be asked
    /// whenever bytes were added, and from time to time.
    bool exceeded(const OutputLimit& limit, std::size_t pending, store::TimePoint now)
    {
        if (limit.hard_bytes == 0 && limit.soft_bytes == 0) return false;
        if (pending <= kUncounted) pending = 0;
        if (limit.hard_bytes != 0 && pending >= limit.hard_bytes) return true;
        if (limit.soft_bytes == 0 || pending < limit.soft_bytes) {
            over_soft_since_.reset();
            return false;
        }
        if (!over_soft_since_) over_soft_since_ = now;
        return now - *over_soft_since_ > std::chrono::seconds{limit.soft_seconds};
    }

    /// Ends the time that the soft limit counts.
    void everything_was_read() { over_soft_since_.reset(); }

    /// How many bytes the hard limit lets be ready.
    static std::size_t hard_bytes(const OutputLimit& limit)
    {
        if (limit.hard_bytes == 0) return std::numeric_limits<std::size_t>::max();
        return std::max<std::size_t>(kUncounted, limit.hard_bytes);
    }

    /// Redis keeps the first 16 KB of replies in a buffer that it does not count.
    static constexpr std::size_t kUncounted = 16 * 1024;

private:
    std::optional<store::TimePoint> over_soft_since_;
};

}  // namespace server::net
