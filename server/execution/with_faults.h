#pragma once

#include "server/execution/invocation.h"

namespace server {

class Server;

/// Executes a client's request as the rules of FAULT have it: with an error, later, or with a
/// connection that ends. REQUIRES that there are rules.
Outcome execute_with_faults(Server& server, const Invocation& invocation);

/// Cuts off what a fault wants of a reply that was waited for, and ends the connection.
void cut_reply(Session& session, std::size_t reply_start);

}  // namespace server
