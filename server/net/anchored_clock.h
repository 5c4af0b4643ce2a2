#pragma once

#include <time.h>

#include <algorithm>
#include <chrono>

#include "server/net/wall_clock.h"
#include "store/clock.h"

namespace server::net {

/// The time since the machine started, asleep or awake. It cannot be set.
inline std::chrono::microseconds time_since_boot()
{
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds{time.tv_sec} +
           std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds{time.tv_nsec});
}

/// The time of day that the server goes by: at the start the wall clock's, and from then on as much
/// more as has passed. A wall clock that is set, forwards or backwards, ends no lock and no offer
/// and prolongs none. It is approached, though: by half a percent of the time that passes, so that
/// a small error is gone soon and a large one does no harm. Never goes back.
class AnchoredClock
{
public:
    AnchoredClock(store::TimePoint wall, std::chrono::microseconds since_boot)
        : anchor_(wall - since_boot), last_followed_(since_boot), last_(wall)
    {}

    store::TimePoint now(std::chrono::microseconds since_boot)
    {
        last_ = std::max(last_, anchor_ + since_boot);
        return last_;
    }

    /// Approaches the wall clock; to be called often. Returns how far it is ahead of ours.
    std::chrono::microseconds follow(store::TimePoint wall, std::chrono::microseconds since_boot)
    {
        const auto ahead = wall - (anchor_ + since_boot);
        const auto step = (since_boot - last_followed_) / kPassedForStep;
        last_followed_ = since_boot;
        anchor_ += std::clamp(ahead, -step, step);
        return ahead;
    }

private:
    static constexpr int kPassedForStep = 200;

    store::TimePoint anchor_;  // the time of day at which the machine started
    std::chrono::microseconds last_followed_;
    store::TimePoint last_;
};

}  // namespace server::net
