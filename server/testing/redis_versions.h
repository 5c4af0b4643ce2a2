#pragma once

#include <span>
#include <string>
#include <string_view>

namespace server {

struct Command;

/// A version is that of a Redis ("6.2") or of a Valkey ("valkey-8.1").

/// Whether it is none of any Redis, or only for tests.
bool is_own(const Command& command);

bool has_command(std::string_view version, const Command& command);

/// A part of a command that came after the command itself.
struct LaterPart;

/// The option of the request that the version does not have, if there is one; else nullptr.
const LaterPart* later_option(std::string_view version, const Command& command,
                              std::span<const std::string_view> request);
/// The same for a request with more words than the version takes.
const LaterPart* later_length(std::string_view version, const Command& command,
                              std::span<const std::string_view> request);

/// What of a request a server of this version does not know: "the option KEEPTTL of SET came
/// with Redis 6.0.0", or that of the command. Empty if it knows all of it.
std::string unknown_to(std::string_view version, const Command& command,
                       std::span<const std::string_view> request);

}  // namespace server
