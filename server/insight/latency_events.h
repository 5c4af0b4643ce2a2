#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "store/clock.h"

namespace server {

/// What took longer than latency-monitor-threshold, by kind of event: LATENCY. Of each kind, the
/// last 160 seconds in which it happened, with the worst of each.
class LatencyEvents
{
public:
    struct Sample
    {
        std::int64_t second;  ///< since the Unix epoch
        std::int64_t ms;
    };

    /// The history of one kind of event.
    class Series
    {
    public:
        static constexpr std::size_t kMaxSamples = 160;

        std::size_t size() const { return size_; }
        /// The oldest is 0. REQUIRES i < size().
        const Sample& operator[](std::size_t i) const
        {
            return samples_[(next_ + kMaxSamples - size_ + i) % kMaxSamples];
        }
        const Sample& latest() const { return (*this)[size_ - 1]; }
        std::int64_t max_ms() const { return max_ms_; }  ///< since the last reset

    private:
        friend class LatencyEvents;
        void add(Sample sample);

        std::array<Sample, kMaxSamples> samples_{};
        std::size_t next_ = 0;
        std::size_t size_ = 0;
        std::int64_t max_ms_ = 0;
    };

    void add(std::string_view event, store::TimePoint now, std::chrono::milliseconds took);

    /// nullptr: this never took long.
    const Series* find(std::string_view event) const;

    const auto& all() const { return series_; }

    void clear() { series_.clear(); }
    /// False if there was no such event.
    bool erase(std::string_view event);

private:
    std::map<std::string, Series, std::less<>> series_;
};

}  // namespace server
