#pragma once

#include <string>
#include <string_view>

#include "server/insight/latency_events.h"

namespace server {

/// LATENCY GRAPH: a column for each sample, the oldest first, its age below it from top to bottom.
std::string latency_graph(std::string_view event, const LatencyEvents::Series& series,
                          store::TimePoint now);

}  // namespace server
