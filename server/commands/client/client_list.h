#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/clients/session.h"
#include "server/clients/sessions.h"

namespace server::commands {

/// What CLIENT LIST and CLIENT KILL call a client's type.
enum class ClientType : std::uint8_t { Normal, Replica, Master, Pubsub };

/// Throws Redis's error for an unknown name.
ClientType parse_client_type(std::string_view name);

ClientType type_of(const Session& session);

/// The client's own address as CLIENT LIST prints it, and that of our end.
std::string remote_address(const Session& session);
std::string local_address(const Session& session);

/// Bytes of memory that a client costs: what it has sent, what waits for it, and all that it made
/// the server remember.
std::size_t client_bytes(const Session& session);

/// A line of CLIENT LIST, its line feed included, as it is at this moment.
std::string client_line(const Session& session, store::TimePoint now);

}  // namespace server::commands
