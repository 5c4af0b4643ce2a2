#pragma once

#include <string_view>

namespace server {

/// Dabba's own version, from CMakeLists.txt.
inline constexpr std::string_view kVersion = DABBA_VERSION;

/// The version of Redis whose replies Dabba's match: clients choose what to send by it.
inline constexpr std::string_view kRedisVersion = "7.2.4";

}  // namespace server
