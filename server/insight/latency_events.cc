#include "server/insight/latency_events.h"

#include <algorithm>

namespace server {

void LatencyEvents::Series::add(Sample sample)
{
    max_ms_ = std::max(max_ms_, sample.ms);
    Sample& last = samples_[(next_ + kMaxSamples - 1) % kMaxSamples];
    if (size_ > 0 && last.second == sample.second) {
        last.ms = std::max(last.ms, sample.ms);
        return;
    }
    samples_[next_] = sample;
    next_ = (next_ + 1) % kMaxSamples;
    size_ = std::min(size_ + 1, kMaxSamples);
}

void LatencyEvents::add(std::string_view event, store::TimePoint now,
                        std::chrono::milliseconds took)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    auto found = series_.find(event);
    if (found == series_.end()) found = series_.try_emplace(std::string{event}).first;
    found->second.add({second, took.count()});
}

const LatencyEvents::Series* LatencyEvents::find(std::string_view event) const
{
    const auto found = series_.find(event);
    return found == series_.end() ? nullptr : &found->second;
}

bool LatencyEvents::erase(std::string_view event)
{
    const auto found = series_.find(event);
    if (found == series_.end()) return false;
    series_.erase(found);
    return true;
}

}  // namespace server
