#include <filesystem>
#include <system_error>

#include "ascii/case.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/config/config_file.h"
#include "server/config/config_rewrite.h"
#include "server/execution/call.h"
#include "server/persistence/files.h"
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

/// As it was written; empty if there is none.
template <class Condition>
std::string_view first_name(NamesAndValues names_and_values, Condition&& condition)
{
    for (std::size_t i = 0; i < names_and_values.size(); i += 2)
        if (condition(ascii::lower(names_and_values[i]))) return names_and_values[i];
    return {};
}

bool is_place(std::string_view name) { return name == "port" || name == "bind"; }

/// Something must be opened for it. Whose certificates are wanted is looked up at each handshake.
bool is_of_tls(std::string_view name)
{
    return name.starts_with("tls-") && name != "tls-auth-clients";
}

void fail_if(std::string_view error, std::string_view name)
{
    if (error.empty()) return;
    throw CommandError{"ERR CONFIG SET failed (possibly related to argument '{}') - {}", name,
                       error};
}

/// Files and ports that options name are opened before they are set. Throws a CommandError if that
/// cannot be.
void open_doors(Server& server, NamesAndValues names_and_values)
{
    const std::string_view place = first_name(names_and_values, is_place);
    const std::string_view of_tls = first_name(names_and_values, is_of_tls);
    if (place.empty() && of_tls.empty()) return;
    Options wanted = server.options;
    set_options(wanted, names_and_values);
    const bool moves = wanted.port != server.options.port || wanted.bind != server.options.bind;
    if (moves) fail_if(server.listen(wanted), place);
    const bool moves_tls = wanted.tls_port != 0 && wanted.bind != server.options.bind;
    if (of_tls.empty() && !moves_tls) return;
    const std::string_view error = server.open_tls(wanted);
    if (!error.empty() && moves) server.listen(server.options);  // back; the log tells if not
    fail_if(error, of_tls.empty() ? place : of_tls);
}

void set(Call& call)
{
    if (call.args.remaining() % 2 != 0) throw CommandError{text::kSyntax};
    const NamesAndValues names_and_values = call.args.rest();
    open_doors(call.server, names_and_values);
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

/// Users are in a file of their own, or here.
std::string users_of(const Server& server)
{
    return server.options.acl_file.empty() ? server.access.users().text() : std::string{};
}

void rewrite(Call& call)
{
    const std::filesystem::path path = call.server.options.config_file;
    if (path.empty()) throw CommandError{"ERR The server is running without a config file"};
    try {
        const std::string before = read_small_file(path.string());
        Files{}.put(path.parent_path().string(), path.filename().string(),
                    rewrite_config(before, call.server.options, users_of(call.server)));
    } catch (const std::system_error& error) {
        throw CommandError{"ERR Rewriting config file: {}", error.code().message()};
    } catch (const ConfigError& error) {
        throw CommandError{"ERR Rewriting config file: {}", error.what()};
    }
    call.reply.ok();
}

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
     .summary = "Persists the effective configuration to file.",
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
