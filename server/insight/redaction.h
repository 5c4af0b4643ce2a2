#pragma once

#include <string_view>
#include <vector>

#include "server/execution/invocation.h"

namespace server {

struct Command;

/// The words of a request as logs and monitors may show them: "(redacted)" in place of passwords,
/// and of all that is said about users, as in Redis. Views into the request.
std::vector<std::string_view> redacted(const Command& command, Request request);

}  // namespace server
