#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "server/execution/invocation.h"

namespace server {

/// What INFO commandstats tells of one command.
///
/// Reading a clock costs a tenth of a quick command, so not each call is timed. One that takes
/// 10 us or more counts with its own time, and the next one is timed again; of the quick ones a
/// sample is timed (all of the first, in the end one in 61), and the others count with its mean.
class CommandStats
{
public:
    std::uint64_t rejected_calls = 0;  ///< refused before it ran
    std::uint64_t failed_calls = 0;    ///< ran, and replied an error

    std::uint64_t calls() const
    {
        return static_cast<std::uint64_t>(calls_when_timed_ - runs_until_timed_);
    }

    /// What all calls took, by the times that were taken.
    std::chrono::nanoseconds total_time() const
    {
        if (quick_samples_ == 0) return slow_time_;
        const auto quick_calls = static_cast<double>(calls() - std::min(calls(), slow_calls_));
        const double mean = static_cast<double>(quick_time_.count()) / quick_samples_;
        return slow_time_ + std::chrono::nanoseconds{static_cast<std::int64_t>(mean * quick_calls)};
    }

    /// Whether to time the next run; if so, add_time() must follow its end().
    bool is_next_timed() const { return runs_until_timed_ <= 1; }

    /// A run has ended. If it ended in waiting, it is not a call yet.
    void end(Outcome outcome)
    {
        --runs_until_timed_;
        if (outcome == Outcome::Replied) [[likely]]
            return;
        if (outcome == Outcome::Refused) ++failed_calls;
        if (outcome == Outcome::Blocked) --calls_when_timed_;
    }

    /// A call that had waited was ended with an error.
    void end_waiting()
    {
        ++calls_when_timed_;
        ++failed_calls;
    }

    void add_time(std::chrono::nanoseconds time)
    {
        if (time < kSlow) {
            quick_time_ += time;
            ++quick_samples_;
            gap_ = std::min(2 * gap_, kMaxGap);
        } else {
            slow_time_ += time;
            ++slow_calls_;
            gap_ = 1;
        }
        calls_when_timed_ = static_cast<std::int64_t>(calls()) + gap_;
        runs_until_timed_ = gap_;
    }

private:
    static constexpr std::chrono::microseconds kSlow{10};
    static constexpr std::int32_t kMaxGap = 61;  // a prime: pipelines repeat themselves

    // One number that changes with each run tells both how many there were and when to time one.
    std::int32_t runs_until_timed_ = 1;
    std::int32_t gap_ = 1;
    std::int64_t calls_when_timed_ = 1;
    std::uint32_t quick_samples_ = 0;
    std::chrono::nanoseconds quick_time_{};
    std::uint64_t slow_calls_ = 0;
    std::chrono::nanoseconds slow_time_{};
};

}  // namespace server
