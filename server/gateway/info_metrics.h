#pragma once

#include <string_view>

#include "server/gateway/metrics_page.h"

namespace server::gateway {

/// Adds what the text of INFO EVERYTHING says, under the names that Redis's usual exporter for
/// Prometheus gives it, and what is Dabba's own as dabba_*.
void add_info(std::string_view info, MetricsPage& page);

}  // namespace server::gateway
