#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "server/workspaces/workspaces.h"

/// WORKSPACE: servers within the server, so that parallel tests do not see each other.
/// server/workspaces/WORKSPACES.md explains them.
namespace server::commands {

namespace {

void current(Call& call) { call.reply.bulk(call.server.workspace); }

void drop(Call& call) { call.reply.integer(call.server.workspaces.drop(call.args.next()) ? 1 : 0); }

void use(Call& call)
{
    call.server.workspaces.choose(call.session, call.args.next());
    call.reply.ok();
}

std::int64_t count_keys(Server& server)
{
    std::size_t keys = 0;
    for (int index = 0; index < server.databases.count(); ++index)
        keys += server.databases[index].size();
    return static_cast<std::int64_t>(keys);
}

void list(Call& call)
{
    call.reply.array(call.server.workspaces.size());
    call.server.workspaces.for_each([&](const std::string& name, Server& server) {
        call.reply.map(3);
        call.reply.bulk("name");
        call.reply.bulk(name);
        call.reply.bulk("connections");
        call.reply.integer(static_cast<std::int64_t>(server.sessions.size()));
        call.reply.bulk("keys");
        call.reply.integer(count_keys(server));
    });
}

constexpr std::string_view kComplexity = "O(1)";

constexpr Command kCommands[] = {
    test_command("WORKSPACE", "", "A container for commands that keep parallel tests apart.",
                 "Depends on subcommand.", nullptr),
    test_command("WORKSPACE CURRENT", "",
                 "Returns the name of the client's workspace; empty: the server itself.",
                 kComplexity, current),
    test_command("WORKSPACE DROP", "name",
                 "Ends a workspace and the connections in it. Returns how many there were: 1 or 0.",
                 kComplexity, drop),
    test_help("WORKSPACE HELP", kComplexity),
    test_command("WORKSPACE LIST", "", "Lists the workspaces with their connections and keys.",
                 "O(N) where N is the number of workspaces", list),
    test_command(
        "WORKSPACE USE", "name",
        "Takes the client to a workspace, which is made if there is none; an empty name is "
        "the server itself.",
        kComplexity, use),
};

}  // namespace

std::span<const Command> workspace() { return kCommands; }

}  // namespace server::commands
