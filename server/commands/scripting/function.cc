#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/commands/scripting/script_request.h"
#include "server/scripting/functions.h"
#include "server/server.h"
#include "store/glob.h"

namespace server::commands {

namespace {

using scripting::Functions;
using scripting::Libraries;
using scripting::Library;
using scripting::LibraryFunction;

/// FCALL and FCALL_RO.
template <Access access>
void fcall(Call& call)
{
    show_first(call);
    Functions& functions = *call.server.functions;
    const LibraryFunction* function = functions.libraries().find_function(call.args.next());
    if (function == nullptr) throw CommandError{"ERR Function not found"};
    const auto arguments =
        next_script_arguments(call.args, access, "ERR Bad number of keys provided");
    functions.call(call, *function, arguments);
}

/// Of a function that is not known, the worst is assumed.
template <Access access>
bool may_write(const Server& server, const Invocation& invocation)
{
    const LibraryFunction* function =
        server.functions->libraries().find_function(invocation.request[1]);
    if (function == nullptr) return access == Access::Any;
    return !function->flags.has(scripting::ScriptFlag::NoWrites);
}

void load(Call& call)
{
    auto if_exists = Functions::IfExists::Fail;
    while (call.args.remaining() > 1) {
        if (!call.args.accept("REPLACE"))
            throw CommandError{"ERR Unknown option given: {}", call.args.next()};
        if_exists = Functions::IfExists::Replace;
    }
    call.reply.bulk(call.server.functions->load(call.args.next(), if_exists));
    ++call.server.stats.changes;
}

void remove(Call& call)
{
    if (!call.server.functions->erase(call.args.next()))
        throw CommandError{"ERR Library not found"};
    ++call.server.stats.changes;
    call.reply.ok();
}

/// For subcommands that say so themselves.
CommandError too_many_arguments(const Call& call)
{
    return {"ERR unknown subcommand or wrong number of arguments for '{}'. Try FUNCTION HELP.",
            call.request[1]};
}

void flush(Call& call)
{
    if (call.args.remaining() > 1) throw too_many_arguments(call);
    if (!call.args.done() && !call.args.accept("SYNC") && !call.args.accept("ASYNC"))
        throw CommandError{"ERR FUNCTION FLUSH only supports SYNC|ASYNC option"};
    call.server.functions->flush();
    ++call.server.stats.changes;
    call.reply.ok();
}

struct ListOptions
{
    std::optional<std::string_view> pattern;
    bool with_code = false;
};

ListOptions next_list_options(Args& args)
{
    ListOptions options;
    while (!args.done()) {
        if (!options.with_code && args.accept("WITHCODE")) {
            options.with_code = true;
        } else if (!options.pattern && args.accept("LIBRARYNAME")) {
            if (args.done()) throw CommandError{"ERR library name argument was not given"};
            options.pattern = args.next();
        } else {
            throw CommandError{"ERR Unknown argument {}", args.next()};
        }
    }
    return options;
}

void write_function(protocol::ReplyWriter& reply, const LibraryFunction& function)
{
    reply.map(3);
    reply.bulk("name");
    reply.bulk(function.name);
    reply.bulk("description");
    if (function.description) {
        reply.bulk(*function.description);
    } else {
        reply.null();
    }
    reply.bulk("flags");
    reply.set(function.flags.count());
    for (const auto& [name, flag] : scripting::kScriptFlags)
        if (function.flags.has(flag)) reply.simple(name);
}

void write_library(protocol::ReplyWriter& reply, const Library& library, bool with_code)
{
    reply.map(with_code ? 4 : 3);
    reply.bulk("library_name");
    reply.bulk(library.name);
    reply.bulk("engine");
    reply.bulk("LUA");
    reply.bulk("functions");
    reply.array(library.functions.size());
    for (const auto& [name, function] : library.functions) write_function(reply, function);
    if (!with_code) return;
    reply.bulk("library_code");
    reply.bulk(library.code);
}

void list(Call& call)
{
    const auto [pattern, with_code] = next_list_options(call.args);
    const auto start = call.reply.begin();
    std::size_t count = 0;
    for (const auto& [name, library] : call.server.functions->libraries().all()) {
        if (pattern && !store::matches(*pattern, name, true)) continue;
        write_library(call.reply, *library, with_code);
        ++count;
    }
    call.reply.end_array(start, count);
}

void write_running(protocol::ReplyWriter& reply, const Server& server)
{
    const RunningScript& running = server.running_script;
    if (!running.running) return reply.null();
    const auto passed = server.stopwatch() - running.began;
    reply.map(3);
    reply.bulk("name");
    reply.bulk(running.name);
    reply.bulk("command");
    reply.array(running.request.size());
    for (const std::string_view word : running.request) reply.bulk(word);
    reply.bulk("duration_ms");
    reply.integer(std::chrono::duration_cast<std::chrono::milliseconds>(passed).count());
}

void stats(Call& call)
{
    const RunningScript& running = call.server.running_script;
    if (running.running && !running.is_function) throw CommandError{text::kBusyScript};
    const Libraries& libraries = call.server.functions->libraries();
    call.reply.map(2);
    call.reply.bulk("running_script");
    write_running(call.reply, call.server);
    call.reply.bulk("engines");
    call.reply.map(1);
    call.reply.bulk("LUA");
    call.reply.map(2);
    call.reply.bulk("libraries_count");
    call.reply.integer(static_cast<std::int64_t>(libraries.all().size()));
    call.reply.bulk("functions_count");
    call.reply.integer(static_cast<std::int64_t>(libraries.function_count()));
}

void kill(Call& call) { kill_running(call, Kill::Function); }

void dump(Call& call) { call.reply.bulk(call.server.functions->dump()); }

Functions::RestorePolicy next_policy(Args& args)
{
    if (args.done() || args.accept("APPEND")) return Functions::RestorePolicy::Append;
    if (args.accept("REPLACE")) return Functions::RestorePolicy::Replace;
    if (args.accept("FLUSH")) return Functions::RestorePolicy::Flush;
    throw CommandError{
        "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE."};
}

void restore(Call& call)
{
    if (call.args.remaining() > 2) throw too_many_arguments(call);
    const auto payload = call.args.next();
    call.server.functions->restore(payload, next_policy(call.args));
    ++call.server.stats.changes;
    call.reply.ok();
}

constexpr std::string_view kToAll = "request_policy:all_shards response_policy:all_succeeded";

constexpr Command kCommands[] = {
    {.name = "FCALL",
     .syntax = "function numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Invokes a function.",
     .since = "7.0.0",
     .complexity = "Depends on the function that is executed.",
     .group = Group::Scripting,
     .flags = kRunFlags | kMayReplicate,
     .keys = {with_notes(counted_keys_at(2, "RW ACCESS UPDATE"), kMayWriteNotes)},
     .run = fcall<Access::Any>,
     .may_write = may_write<Access::Any>},
    {.name = "FCALL_RO",
     .syntax = "function numkeys:integer [key [key ...]] [arg [arg ...]]",
     .summary = "Invokes a read-only function.",
     .since = "7.0.0",
     .complexity = "Depends on the function that is executed.",
     .group = Group::Scripting,
     .flags = kReadonly | kRunFlags | kNotKeyspaceCategory,
     .keys = {with_notes(counted_keys_at(2, "RO ACCESS"), kMayReadNotes)},
     .run = fcall<Access::ReadOnly>,
     .may_write = may_write<Access::ReadOnly>},
    {.name = "FUNCTION",
     .summary = "A container for function commands.",
     .since = "7.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Scripting,
     .arity_override = -2},
    {.name = "FUNCTION DELETE",
     .syntax = "library-name",
     .summary = "Deletes a library and its functions.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kWrite | kNoscript | kNotKeyspaceCategory,
     .run = remove,
     .tips = kToAll},
    {.name = "FUNCTION DUMP",
     .syntax = "",
     .summary = "Dumps all libraries into a serialized binary payload.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of functions",
     .group = Group::Scripting,
     .flags = kNoscript,
     .run = dump},
    {.name = "FUNCTION FLUSH",
     .syntax = "[ASYNC | SYNC]",
     .summary = "Deletes all libraries and functions.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of functions deleted",
     .group = Group::Scripting,
     .flags = kWrite | kNoscript | kNotKeyspaceCategory,
     .run = flush,
     .tips = kToAll},
    {.name = "FUNCTION HELP",
     .syntax = "",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "FUNCTION KILL",
     .syntax = "",
     .summary = "Terminates a function during execution.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kNoscript | kAllowBusy,
     .run = kill,
     .tips = "request_policy:all_shards response_policy:one_succeeded"},
    {.name = "FUNCTION LIST",
     .syntax = "[LIBRARYNAME library-name-pattern] [WITHCODE]",
     .summary = "Returns information about all libraries.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of functions",
     .group = Group::Scripting,
     .flags = kNoscript,
     .run = list,
     .tips = "nondeterministic_output_order"},
    {.name = "FUNCTION LOAD",
     .syntax = "[REPLACE] function-code",
     .summary = "Creates a library.",
     .since = "7.0.0",
     .complexity = "O(1) (considering compilation time is redundant)",
     .group = Group::Scripting,
     .flags = kWrite | kDenyOom | kNoscript | kNotKeyspaceCategory,
     .run = load,
     .tips = kToAll},
    {.name = "FUNCTION RESTORE",
     .syntax = "serialized-value [FLUSH | APPEND | REPLACE]",
     .summary = "Restores all libraries from a payload.",
     .since = "7.0.0",
     .complexity = "O(N) where N is the number of functions on the payload",
     .group = Group::Scripting,
     .flags = kWrite | kDenyOom | kNoscript | kNotKeyspaceCategory,
     .run = restore,
     .tips = kToAll},
    {.name = "FUNCTION STATS",
     .syntax = "",
     .summary = "Returns information about a function during execution.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Scripting,
     .flags = kNoscript | kAllowBusy,
     .run = stats,
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
};

}  // namespace

std::span<const Command> function() { return kCommands; }

}  // namespace server::commands
