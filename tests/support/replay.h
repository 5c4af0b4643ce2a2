#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/server.h"

namespace tests {

/// Runs a log in a server in which nothing else happens, as at the start. Throws
/// std::runtime_error with the request that failed.
void replay(server::Server& server, std::string_view log);

/// Of two servers, the first key that differs in what it holds or when it ends, or the functions;
/// nothing if all are the same.
std::optional<std::string> first_difference(server::Server& one, server::Server& other);

/// What was logged since server.effects.begin() is replayed, much later, in a new server, which
/// must hold the same then. Returns what differs.
std::optional<std::string> difference_after_replay(server::Server& server);

}  // namespace tests
