#pragma once

#include "server/insight/latency_events.h"
#include "server/insight/slow_log.h"

namespace server {

/// All that the server remembers of its own work beside what it counts.
struct Insight
{
    SlowLog slow_log;
    LatencyEvents latency;
};

}  // namespace server
