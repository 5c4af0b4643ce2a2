#pragma once

#include <string>
#include <string_view>

namespace server {

/// Dabba's own version, from CMakeLists.txt.
inline constexpr std::string_view kVersion = DABBA_VERSION;

/// The version of Redis whose replies Dabba's match: clients choose what to send by it.
inline constexpr std::string_view kRedisVersion = "7.2.4";

/// What tells one build from another, as far as it is known.
std::string build_id();

/// What --version prints, in the form of Redis: programs that start servers read it.
std::string version_text();

/// What --about prints: Dabba's own name and version.
std::string about_text();

}  // namespace server
