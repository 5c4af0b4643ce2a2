#pragma once

#include <chrono>
#include <optional>

#include "server/execution/invocation.h"
#include "server/testing/faults.h"

namespace server {

class Server;

/// Executes a client's request as the rules of FAULT have it: with an error, later, or with a
/// connection that ends. REQUIRES that there are rules.
Outcome execute_with_faults(Server& server, const Invocation& invocation);

/// The fault that befalls the request: none if it is no command, or one that a test controls the
/// server with.
std::optional<Fault> strike(Server& server, const Invocation& invocation);

/// A moment from a fault's range, by the server's chance.
std::chrono::milliseconds draw_delay(Server& server, const Fault& fault);

/// Ends all connections but the one of this session, and lets no new ones in for that time.
void go_down(Server& server, const Session& but, std::chrono::microseconds time);

/// Cuts off what a fault wants of a reply that was waited for, and ends the connection.
void cut_reply(Session& session, std::size_t reply_start);

}  // namespace server
