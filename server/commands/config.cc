#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

void get(Call& call)
{
    const auto found = get_options(call.server.options, call.args.rest());
    call.reply.map(found.size());
    for (const auto& [name, value] : found) {
        call.reply.bulk(name);
        call.reply.bulk(value);
    }
}

void set(Call& call)
{
    if (call.args.remaining() % 2 != 0) throw CommandError{text::kSyntax};
    set_options(call.server.options, call.args.rest());
    call.server.options_changed();
    call.reply.ok();
}

void resetstat(Call& call)
{
    call.server.stats.reset();
    for (int index = 0; index < call.server.databases.count(); ++index)
        call.server.databases[index].reset_statistics();
    call.server.dispatcher.reset_statistics();
    call.reply.ok();
}

/// Dabba reads a file of settings but never writes one.
void rewrite(Call&) { throw CommandError{"ERR The server is running without a config file"}; }

constexpr std::uint32_t kFlags = kAdmin | kNoscript | kLoading | kStale;

constexpr Command kCommands[] = {
    {.name = "CONFIG",
     .summary = "A container for server configuration commands.",
     .since = "2.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "CONFIG GET",
     .syntax = "parameter [parameter ...]",
     .summary = "Returns the effective values of configuration parameters.",
     .since = "2.0.0",
     .complexity = "O(N) when N is the number of configuration parameters provided",
     .group = Group::Server,
     .flags = kFlags,
     .run = get},
    {.name = "CONFIG HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "5.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "CONFIG RESETSTAT",
     .summary = "Resets the server's statistics.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = resetstat,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "CONFIG REWRITE",
     .summary = "Persists the effective configuration to file, which Dabba leaves to its owner.",
     .since = "2.8.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = rewrite,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "CONFIG SET",
     .syntax = "parameter value [parameter value ...]",
     .summary = "Sets configuration parameters in-flight.",
     .since = "2.0.0",
     .complexity = "O(N) when N is the number of configuration parameters provided",
     .group = Group::Server,
     .flags = kFlags,
     .run = set,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> config() { return kCommands; }

}  // namespace server::commands
