#pragma once

#include <cstdint>
#include <string>

#include "server/insight/latency_events.h"

namespace server {

/// The settings that advice depends on.
struct LatencySettings
{
    std::int64_t threshold_ms;           ///< latency-monitor-threshold; 0: nothing is watched
    std::int64_t slow_log_threshold_us;  ///< slowlog-log-slower-than; negative: off
    std::int64_t slow_log_max_entries;
};

/// LATENCY DOCTOR, in Redis's words. Advice that is not true of this server is left out: how to
/// deal with forks, files, and keys that expire.
std::string latency_report(const LatencyEvents& events, const LatencySettings& settings,
                           store::TimePoint now);

}  // namespace server
