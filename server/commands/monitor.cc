#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// Asked for again, there is not even a reply.
void monitor(Call& call)
{
    if (call.origin != Origin::Client)
        throw CommandError{"ERR MONITOR isn't allowed for DENY BLOCKING client"};
    if (call.server.monitors.add(call.session)) call.reply.ok();
}

constexpr Command kCommands[] = {
    {.name = "MONITOR",
     .summary = "Listens for all requests received by the server in real-time.",
     .since = "1.0.0",
     .complexity = "",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kLoading | kStale,
     .run = monitor},
};

}  // namespace

std::span<const Command> monitor() { return kCommands; }

}  // namespace server::commands
