#include "server/commands/client/client_type.h"

#include "server/execution/args.h"
#include "server/execution/command_error.h"

namespace server::commands {

ClientType parse_client_type(std::string_view name)
{
    if (is_word(name, "NORMAL")) return ClientType::Normal;
    if (is_word(name, "REPLICA") || is_word(name, "SLAVE")) return ClientType::Replica;
    if (is_word(name, "MASTER")) return ClientType::Master;
    if (is_word(name, "PUBSUB")) return ClientType::Pubsub;
    throw CommandError{"ERR Unknown client type '{}'", name};
}

ClientType type_of(const Session& session)
{
    return session.subscriptions.any() ? ClientType::Pubsub : ClientType::Normal;
}

}  // namespace server::commands
