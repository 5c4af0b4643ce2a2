#pragma once

#include "server/execution/invocation.h"

namespace server {

struct Command;
class Server;

/// Shows a request to the clients that MONITOR, secrets hidden; admin commands are not shown. The
/// executor does it after each command. One that runs others (EVAL) is flagged kSkipMonitor and
/// does it itself, before them. REQUIRES server.monitors.any().
void show_to_monitors(const Server& server, const Session& session, Origin origin,
                      const Command& command, Request request);

}  // namespace server
