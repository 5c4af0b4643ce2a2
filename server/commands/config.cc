#include "ascii/case.h"
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

using NamesAndValues = std::span<const std::string_view>;

/// The first of the options for which something must be opened; empty if there is none. Whose
/// certificates are wanted is looked up at each handshake.
std::string_view first_of_tls(NamesAndValues names_and_values)
{
    for (std::size_t i = 0; i < names_and_values.size(); i += 2) {
        const std::string name = ascii::lower(names_and_values[i]);
        if (name.starts_with("tls-") && name != "tls-auth-clients") return names_and_values[i];
    }
    return {};
}

/// Files and ports that options of TLS name are opened before they are set. Throws a CommandError
/// if that cannot be.
void open_tls(Server& server, NamesAndValues names_and_values)
{
    const std::string_view name = first_of_tls(names_and_values);
    if (name.empty()) return;
    Options wanted = server.options;
    set_options(wanted, names_and_values);
    const std::string_view error = server.open_tls(wanted);
    if (error.empty()) return;
    throw CommandError{"ERR CONFIG SET failed (possibly related to argument '{}') - {}", name,
                       error};
}

void set(Call& call)
{
    if (call.args.remaining() % 2 != 0) throw CommandError{text::kSyntax};
    const NamesAndValues names_and_values = call.args.rest();
    open_tls(call.server, names_and_values);
    set_options(call.server.options, names_and_values);
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
