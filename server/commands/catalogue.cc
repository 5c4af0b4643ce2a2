#include <string>
#include <vector>

#include "server/catalogue/acl_categories.h"
#include "server/catalogue/command.h"
#include "server/catalogue/docs.h"
#include "server/catalogue/keys.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/glob.h"

namespace server::commands {

namespace {

/// The row of a name as COMMAND prints it ("get", "client|id"), in whatever case.
const Command* find_by_full_name(const CommandTable& table, std::string_view name)
{
    const auto bar = name.find('|');
    if (bar == std::string_view::npos) return table.find(name);
    return table.find(name.substr(0, bar), name.substr(bar + 1));
}

std::vector<const Command*> top_level(const CommandTable& table)
{
    std::vector<const Command*> found;
    for (const Command* row : table.all()) {
        if (subcommand_of(*row).empty()) found.push_back(row);
    }
    return found;
}

void reply_all(Call& call)
{
    const auto rows = top_level(call.server.commands);
    call.reply.array(rows.size());
    for (const Command* row : rows) reply_command_info(call.reply, call.server.commands, *row);
}

/// The one container that is a command too.
void command(Call& call) { reply_all(call); }

void count(Call& call)
{
    call.reply.integer(static_cast<std::int64_t>(top_level(call.server.commands).size()));
}

void info(Call& call)
{
    if (call.args.done()) return reply_all(call);
    const auto names = call.args.rest();
    call.reply.array(names.size());
    for (const auto name : names) {
        if (const Command* row = find_by_full_name(call.server.commands, name)) {
            reply_command_info(call.reply, call.server.commands, *row);
        } else {
            call.reply.null();
        }
    }
}

void docs(Call& call)
{
    std::vector<const Command*> rows;
    if (call.args.done()) rows = top_level(call.server.commands);
    for (const auto name : call.args.rest()) {
        if (const Command* row = find_by_full_name(call.server.commands, name)) rows.push_back(row);
    }
    call.reply.map(rows.size());
    for (const Command* row : rows) reply_command_docs(call.reply, call.server.commands, *row);
}

void reply_names(Call& call, const std::vector<const Command*>& rows)
{
    call.reply.array(rows.size());
    for (const Command* row : rows) call.reply.bulk(full_name(*row));
}

void list(Call& call)
{
    const auto all = call.server.commands.all();
    if (call.args.done()) return reply_names(call, {all.begin(), all.end()});

    if (call.args.remaining() != 3 || !call.args.accept("FILTERBY"))
        throw CommandError{text::kSyntax};
    const bool by_module = call.args.accept("MODULE");
    const bool by_category = !by_module && call.args.accept("ACLCAT");
    if (!by_module && !by_category && !call.args.accept("PATTERN"))
        throw CommandError{text::kSyntax};

    // Nothing is in a module.
    const auto wanted = call.args.next();
    std::vector<const Command*> rows;
    for (const Command* row : all) {
        const bool matches = by_category ? is_in_acl_category(*row, wanted)
                                         : store::matches(wanted, full_name(*row), true);
        if (!by_module && matches) rows.push_back(row);
    }
    reply_names(call, rows);
}

/// The keys of the request that is quoted in the arguments.
std::vector<FoundKey> quoted_keys(Call& call)
{
    const CommandTable& table = call.server.commands;
    const auto request = call.args.rest();
    if (request.size() == 1 && call.server.dialect.has(Difference::LongGetkeys))
        throw wrong_number_of_arguments(call.command);
    const auto [row, unknown_subcommand] = table.resolve(request);
    if (row == nullptr || unknown_subcommand) throw CommandError{"ERR Invalid command specified"};
    if (!has_keys(*row)) throw CommandError{"ERR The command has no key arguments"};
    if (!row->takes(request.size()))
        throw CommandError{"ERR Invalid number of arguments specified for command"};

    auto found = find_keys(*row, request);
    if ((!found || found->empty()) && !row->has(kNoMandatoryKeys))
        throw CommandError{"ERR Invalid arguments specified for command"};
    return found ? std::move(*found) : std::vector<FoundKey>{};
}

void getkeys(Call& call)
{
    const auto keys = quoted_keys(call);
    call.reply.array(keys.size());
    for (const FoundKey& found : keys) call.reply.bulk(found.key);
}

void getkeysandflags(Call& call)
{
    const auto keys = quoted_keys(call);
    call.reply.array(keys.size());
    for (const FoundKey& found : keys) {
        call.reply.array(2);
        call.reply.bulk(found.key);
        const auto names = key_flag_names(found.flags);
        call.reply.set(names.size());
        for (const auto name : names) call.reply.simple(name);
    }
}

constexpr std::uint32_t kFlags = kLoading | kStale | kSentinel | kConnectionCategory;

constexpr Command kCommands[] = {
    {.name = "COMMAND",
     .summary = "Returns detailed information about all commands.",
     .since = "2.8.13",
     .complexity = "O(N) where N is the total number of Redis commands",
     .group = Group::Server,
     .flags = kFlags,
     .run = command,
     .arity_override = -1,
     .tips = "nondeterministic_output_order"},
    {.name = "COMMAND COUNT",
     .summary = "Returns a count of commands.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = count},
    {.name = "COMMAND DOCS",
     .syntax = "[command-name [command-name ...]]",
     .summary = "Returns documentary information about one, multiple or all commands.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of commands to look up",
     .group = Group::Server,
     .flags = kFlags,
     .run = docs,
     .tips = "nondeterministic_output_order"},
    {.name = "COMMAND GETKEYS",
     .syntax = "command [arg [arg ...]]",
     .summary = "Extracts the key names from an arbitrary command.",
     .since = "2.8.13",
     .complexity = "O(N) where N is the number of arguments to the command",
     .group = Group::Server,
     .flags = kFlags,
     .run = getkeys},
    {.name = "COMMAND GETKEYSANDFLAGS",
     .syntax = "command [arg [arg ...]]",
     .summary = "Extracts the key names and access flags for an arbitrary command.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of arguments to the command",
     .group = Group::Server,
     .flags = kFlags,
     .run = getkeysandflags},
    {.name = "COMMAND HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "5.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = container_help},
    {.name = "COMMAND INFO",
     .syntax = "[command-name [command-name ...]]",
     .summary = "Returns information about one, multiple or all commands.",
     .since = "2.8.13",
     .complexity = "O(N) where N is the number of commands to look up",
     .group = Group::Server,
     .flags = kFlags,
     .run = info,
     .tips = "nondeterministic_output_order"},
    {.name = "COMMAND LIST",
     .syntax = "[FILTERBY <MODULE module-name | ACLCAT category | PATTERN pattern:pattern>]",
     .summary = "Returns a list of command names.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the total number of Redis commands",
     .group = Group::Server,
     .flags = kFlags,
     .run = list,
     .tips = "nondeterministic_output_order"},
};

}  // namespace

std::span<const Command> command() { return kCommands; }

}  // namespace server::commands
