#pragma once

#include <span>
#include <string>
#include <string_view>

namespace server {

struct Command;

/// What of a request a Redis of this version ("6.2") does not know: "the option KEEPTTL of SET came
/// with Redis 6.0.0", or that of the command. Empty if it knows all of it.
std::string unknown_to(std::string_view version, const Command& command,
                       std::span<const std::string_view> request);

}  // namespace server
