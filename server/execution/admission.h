#pragma once

#include "server/catalogue/command.h"
#include "server/execution/invocation.h"

namespace server {

class Server;

/// Whether a request may run: the list of checks, each for the origins it holds for, in Redis's
/// order. Throws a CommandError from the first that fails; nothing was changed then.
void admit(Server& server, const Invocation& invocation, const Command& command);

}  // namespace server
