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

    std::uint64_t calls() const { return calls_; }

    /// What all calls took, by the times that were taken.
    std::chrono::nanoseconds total_time() const
    {
        if (quick_samples_ == 0) return slow_time_;
        const auto quick_calls = static_cast<double>(calls_ - std::min(calls_, slow_calls_));
        const double mean = static_cast<double>(quick_time_.count()) / quick_samples_;
        return slow_time_ + std::chrono::nanoseconds{static_cast<std::int64_t>(mean * quick_calls)};
    }

    /// Before a run: whether to time it; if so, add_time() must follow.
    bool begin() { return --runs_until_timed_ == 0; }

    /// After it. A run that ends in waiting is not a call yet.
    void end(Outcome outcome)
    {
        ++calls_;
        if (outcome == Outcome::Refused) ++failed_calls;
        if (outcome == Outcome::Blocked) --calls_;
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
        runs_until_timed_ = gap_;
    }

private:
    static constexpr std::chrono::microseconds kSlow{10};
    static constexpr std::uint32_t kMaxGap = 61;  // a prime: pipelines repeat themselves

    std::uint64_t calls_ = 0;
    std::uint32_t runs_until_timed_ = 1;
    std::uint32_t gap_ = 1;
    std::uint32_t quick_samples_ = 0;
    std::chrono::nanoseconds quick_time_{};
    std::uint64_t slow_calls_ = 0;
    std::chrono::nanoseconds slow_time_{};
};

}  // namespace server
