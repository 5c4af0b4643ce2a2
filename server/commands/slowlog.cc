#include <limits>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/insight/insight.h"
#include "server/server.h"

namespace server::commands {

namespace {

void reply_entry(protocol::ReplyWriter& reply, const SlowLog::Entry& entry)
{
    reply.array(6);
    reply.integer(entry.id);
    reply.integer(std::chrono::floor<std::chrono::seconds>(entry.at.time_since_epoch()).count());
    reply.integer(entry.took.count());
    reply.array(entry.words.size());
    for (const std::string& word : entry.words) reply.bulk(word);
    reply.bulk(entry.client_address);
    reply.bulk(entry.client_name);
}

/// How many entries are wanted; -1: all.
std::int64_t next_count(Args& args)
{
    constexpr std::int64_t kDefault = 10;
    if (args.remaining() > 1) {
        throw CommandError{
            "ERR unknown subcommand or wrong number of arguments for 'GET'. Try SLOWLOG HELP."};
    }
    if (args.done()) return kDefault;
    return args.next_integer_in(-1, std::numeric_limits<std::int64_t>::max(),
                                "ERR count should be greater than or equal to -1");
}

void get(Call& call)
{
    const auto& entries = call.server.insight->slow_log.entries();
    const std::int64_t wanted = next_count(call.args);
    const std::size_t count =
        wanted == -1 ? entries.size() : std::min(entries.size(), static_cast<std::size_t>(wanted));
    call.reply.array(count);
    for (std::size_t i = 0; i < count; ++i) reply_entry(call.reply, entries[i]);
}

void len(Call& call)
{
    call.reply.integer(static_cast<std::int64_t>(call.server.insight->slow_log.entries().size()));
}

void reset(Call& call)
{
    call.server.insight->slow_log.clear();
    call.reply.ok();
}

constexpr std::uint32_t kFlags = kAdmin | kLoading | kStale;

constexpr Command kCommands[] = {
    {.name = "SLOWLOG",
     .summary = "A container for slow log commands.",
     .since = "2.2.12",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "SLOWLOG GET",
     .syntax = "[count:integer]",
     .summary = "Returns the slow log's entries.",
     .since = "2.2.12",
     .complexity = "O(N) where N is the number of entries returned",
     .group = Group::Server,
     .flags = kFlags,
     .run = get,
     .tips = "request_policy:all_nodes nondeterministic_output"},
    {.name = "SLOWLOG HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "SLOWLOG LEN",
     .summary = "Returns the number of entries in the slow log.",
     .since = "2.2.12",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = len,
     .tips = "request_policy:all_nodes response_policy:agg_sum nondeterministic_output"},
    {.name = "SLOWLOG RESET",
     .summary = "Clears all entries from the slow log.",
     .since = "2.2.12",
     .complexity = "O(N) where N is the number of entries in the slowlog",
     .group = Group::Server,
     .flags = kFlags,
     .run = reset,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> slowlog() { return kCommands; }

}  // namespace server::commands
