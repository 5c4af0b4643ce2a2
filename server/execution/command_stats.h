#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>

#include "server/execution/invocation.h"
#include "server/insight/histogram.h"

namespace server {

/// What INFO commandstats and latencystats tell of one command.
///
/// Each call is timed, but to add up all times and to sort them into a histogram would cost more
/// than some calls. One that takes 10 us or more counts with its own time; of the quick ones a
/// sample is taken (all of the first, in the end one in 61), and the others count with the samples'
/// mean, and with the sample that follows them.
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

    /// A run has ended, after this time. If it ended in waiting, it is not a call yet. True if
    /// the time counts: then add_time() must follow.
    bool end(Outcome outcome, std::chrono::nanoseconds took)
    {
        --runs_until_timed_;
        if (outcome != Outcome::Replied) [[unlikely]] {
            if (outcome == Outcome::Refused) ++failed_calls;
            if (outcome == Outcome::Blocked) --calls_when_timed_;
            if (outcome == Outcome::Blocked) return false;
        }
        return runs_until_timed_ <= 0 || took >= kSlow;
    }

    /// A call that had waited was ended with an error.
    void end_waiting()
    {
        ++calls_when_timed_;
        ++failed_calls;
    }

    /// `tracking`: sort it into the histogram, too.
    void add_time(std::chrono::nanoseconds time, bool tracking)
    {
        std::uint64_t count = 1;
        if (time < kSlow) {
            quick_time_ += time;
            ++quick_samples_;
            gap_ = std::min(2 * gap_, kMaxGap);
            count = take_untold();
        } else {
            slow_time_ += time;
            ++slow_calls_;
            gap_ = 1;
        }
        calls_when_timed_ = static_cast<std::int64_t>(calls()) + gap_;
        runs_until_timed_ = gap_;
        if (!tracking) return;
        if (histogram_ == nullptr) histogram_ = std::make_unique<Histogram>();
        histogram_->add(std::max<std::int64_t>(time.count(), 1), count);  // as Redis: never 0
    }

    /// In nanoseconds; nullptr: no time was taken while tracking was on.
    const Histogram* histogram()
    {
        if (histogram_ != nullptr && quick_samples_ != 0)
            histogram_->add(quick_time_.count() / quick_samples_, take_untold());
        return histogram_.get();
    }

private:
    /// How many quick calls are not in the histogram; from now on they are.
    std::uint64_t take_untold()
    {
        const std::uint64_t quick_calls = calls() - std::min(calls(), slow_calls_);
        return quick_calls - std::exchange(quick_calls_told_, quick_calls);
    }

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
    std::uint64_t quick_calls_told_ = 0;  ///< how many are in the histogram
    std::unique_ptr<Histogram> histogram_;
};

}  // namespace server
