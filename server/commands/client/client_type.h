#pragma once

#include <cstdint>
#include <string_view>

#include "server/clients/session.h"

namespace server::commands {

/// What CLIENT LIST and CLIENT KILL call a client's type.
enum class ClientType : std::uint8_t { Normal, Replica, Master, Pubsub };

/// Throws Redis's error for an unknown name.
ClientType parse_client_type(std::string_view name);

ClientType type_of(const Session& session);

}  // namespace server::commands
