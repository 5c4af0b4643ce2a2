#pragma once

#include <string>

#include "server/clients/session.h"

namespace server {

/// The client's own address as CLIENT LIST prints it, and that of our end.
std::string remote_address(const Session& session);
std::string local_address(const Session& session);

/// Whether the client is on this machine, by its address.
bool is_local(const Session& session);

/// A line of CLIENT LIST, its line feed included, as it is at this moment.
std::string client_line(const Session& session, store::TimePoint now);

}  // namespace server
