#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/commands/scripting/script_request.h"
#include "server/scripting/scripting.h"
#include "server/scripting/shebang.h"
#include "server/server.h"

namespace server::commands {

namespace {

enum class By { Text, Sha1 };

/// EVAL and its kin.
template <By by, Access access>
void eval(Call& call)
{
    show_first(call);
    const auto script = call.args.next();
    // What can be no hash is refused before the number of keys is looked at.
    if (by == By::Sha1 && script.size() != scripting::Sha1{}.size())
        throw CommandError{scripting::kNoScript};
    const auto arguments = next_script_arguments(call.args, access, text::kNotAnInteger);
    if constexpr (by == By::Text) {
        call.server.scripting->eval(call, script, arguments);
    } else {
        call.server.scripting->eval_known(call, script, arguments);
    }
}

/// A script that says what it does is taken at its word; of any other, and of one that is not
/// known, the worst is assumed.
template <By by, Access access>
bool may_write(const Server& server, const Invocation& invocation)
{
    constexpr bool kByItself = access == Access::Any;
    std::string_view script = invocation.request[1];
    try {
        const auto shebang = by == By::Text ? std::optional{scripting::take_shebang(script)}
                                            : server.scripting->shebang_of(script);
        if (!shebang || !shebang->given) return kByItself;
        return !shebang->flags.has(scripting::ScriptFlag::NoWrites);
    } catch (const CommandError&) {
        return kByItself;
    }
}

void load(Call& call)
{
    const scripting::Sha1 sha1 = call.server.scripting->load(call.args.next());
    call.reply.bulk({sha1.data(), sha1.size()});
}

void exists(Call& call)
{
    const auto all = call.args.rest();
    call.reply.array(all.size());
    for (const auto sha1 : all) call.reply.integer(call.server.scripting->is_known(sha1) ? 1 : 0);
}

void flush(Call& call)
{
    const bool whole = call.args.done() || call.args.accept("SYNC") || call.args.accept("ASYNC");
    if (!whole || !call.args.done())
        throw CommandError{"ERR SCRIPT FLUSH only support SYNC|ASYNC option"};
    call.server.scripting->flush();
    call.reply.ok();
}

void kill(Call& call) { kill_running(call, Kill::Script); }

/// There is no debugger.
void debug(Call& call)
{
    if (call.args.accept("NO")) return call.reply.ok();
    if (call.args.accept("YES") || call.args.accept("SYNC"))
        throw CommandError{"ERR Scripts cannot be debugged on this server"};
    throw CommandError{"ERR Use SCRIPT DEBUG YES/SYNC/NO"};
}

constexpr Command kCommands[] = {
    {.name = "EVAL",
     .syntax = "script numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Executes a server-side Lua script.",
     .since = "2.6.0",
     .complexity = "Depends on the script that is executed.",
     .group = Group::Scripting,
     .flags = kRunFlags | kMayReplicate,
     .keys = {with_notes(counted_keys_at(2, "RW ACCESS UPDATE"), kMayWriteNotes)},
     .run = eval<By::Text, Access::Any>,
     .may_write = may_write<By::Text, Access::Any>},
    {.name = "EVAL_RO",
     .syntax = "script numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Executes a read-only server-side Lua script.",
     .since = "7.0.0",
     .complexity = "Depends on the script that is executed.",
     .group = Group::Scripting,
     .flags = kReadonly | kRunFlags | kNotKeyspaceCategory,
     .keys = {with_notes(counted_keys_at(2, "RO ACCESS"), kMayReadNotes)},
     .run = eval<By::Text, Access::ReadOnly>,
     .may_write = may_write<By::Text, Access::ReadOnly>},
    {.name = "EVALSHA",
     .syntax = "sha1 numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Executes a server-side Lua script by SHA1 digest.",
     .since = "2.6.0",
     .complexity = "Depends on the script that is executed.",
     .group = Group::Scripting,
     .flags = kRunFlags | kMayReplicate,
     .keys = {counted_keys_at(2, "RW ACCESS UPDATE")},
     .run = eval<By::Sha1, Access::Any>,
     .may_write = may_write<By::Sha1, Access::Any>},
    {.name = "EVALSHA_RO",
     .syntax = "sha1 numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Executes a read-only server-side Lua script by SHA1 digest.",
     .since = "7.0.0",
     .complexity = "Depends on the script that is executed.",
     .group = Group::Scripting,
     .flags = kReadonly | kRunFlags | kNotKeyspaceCategory,
     .keys = {counted_keys_at(2, "RO ACCESS")},
     .run = eval<By::Sha1, Access::ReadOnly>,
     .may_write = may_write<By::Sha1, Access::ReadOnly>},
    {.name = "SCRIPT",
     .summary = "A container for Lua scripts management commands.",
     .since = "2.6.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Scripting,
     .arity_override = -2},
    {.name = "SCRIPT DEBUG",
     .syntax = "<YES | SYNC | NO>",
     .summary = "Sets the debug mode of server-side Lua scripts.",
     .since = "3.2.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kNoscript,
     .run = debug},
    {.name = "SCRIPT EXISTS",
     .syntax = "sha1 [sha1 ...]",
     .summary = "Determines whether server-side Lua scripts exist in the script cache.",
     .since = "2.6.0",
     .complexity = "O(N) with N being the number of scripts to check (so checking a single script "
                   "is an O(1) operation).",
     .group = Group::Scripting,
     .flags = kNoscript,
     .run = exists,
     .tips = "request_policy:all_shards response_policy:agg_logical_and"},
    {.name = "SCRIPT FLUSH",
     .syntax = "[ASYNC | SYNC]",
     .summary = "Removes all server-side Lua scripts from the script cache.",
     .since = "2.6.0",
     .complexity = "O(N) with N being the number of scripts in cache",
     .group = Group::Scripting,
     .flags = kNoscript,
     .run = flush,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "SCRIPT HELP",
     .syntax = "",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "5.0.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "SCRIPT KILL",
     .syntax = "",
     .summary = "Terminates a server-side Lua script during execution.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kNoscript | kAllowBusy,
     .run = kill,
     .tips = "request_policy:all_shards response_policy:one_succeeded"},
    {.name = "SCRIPT LOAD",
     .syntax = "script",
     .summary = "Loads a server-side Lua script to the script cache.",
     .since = "2.6.0",
     .complexity = "O(N) with N being the length in bytes of the script body.",
     .group = Group::Scripting,
     .flags = kNoscript | kStale,
     .run = load,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> script() { return kCommands; }

}  // namespace server::commands
