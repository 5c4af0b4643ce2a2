#include <chrono>

#include "server/catalogue/command.h"
#include "server/clients/tracking.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/persistence/persistence.h"
#include "server/server.h"

namespace server::commands {

namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::seconds;

void time(Call& call)
{
    const auto now = call.server.clock.now().time_since_epoch();
    call.reply.array(2);
    call.reply.bulk_integer(duration_cast<seconds>(now).count());
    call.reply.bulk_integer((now % seconds{1}).count());
}

void dbsize(Call& call) { call.reply.integer(static_cast<std::int64_t>(call.keys.size())); }

/// SYNC and ASYNC are the same here.
void next_flush_mode(Args& args)
{
    if (args.remaining() == 1 && (args.accept("SYNC") || args.accept("ASYNC"))) return;
    args.expect_end();
}

void flushdb(Call& call)
{
    next_flush_mode(call.args);
    call.keys.clear();
    call.server.tracking->flushed();
    call.reply.ok();
}

void flushall(Call& call)
{
    next_flush_mode(call.args);
    for (int index = 0; index < call.server.databases.count(); ++index)
        call.server.databases[index].clear();
    call.server.tracking->flushed();
    call.server.persistence->flushed();
    call.reply.ok();
}

void role(Call& call)
{
    call.reply.array(3);
    call.reply.bulk("master");
    call.reply.integer(0);
    call.reply.array(0);
}

/// False if the session must not wait, or has waited long enough.
bool waits_for_safety(Call& call, std::int64_t timeout_ms)
{
    std::optional<store::Deadline> deadline;
    if (timeout_ms > 0)
        deadline = call.keys.clock().now_ms() + std::chrono::milliseconds{timeout_ms};
    return call.wait_for({}, std::nullopt, deadline);
}

/// There are no replicas: a client that waits for one waits until its timeout.
bool waits_for_replicas(Call& call, std::int64_t wanted, std::int64_t timeout_ms)
{
    return wanted > 0 && waits_for_safety(call, timeout_ms);
}

std::int64_t next_timeout_ms(Args& args)
{
    const auto timeout = args.next_integer("ERR timeout is not an integer or out of range");
    if (timeout < 0) throw CommandError{"ERR timeout is negative"};
    return timeout;
}

void wait(Call& call)
{
    const auto wanted = call.args.next_integer();
    const auto timeout = next_timeout_ms(call.args);
    if (waits_for_replicas(call, wanted, timeout)) return;
    call.reply.integer(0);
}

/// What is asked for is in the log's file for certain; that of a replica never is.
void waitaof(Call& call)
{
    constexpr std::string_view kNegative = "ERR value is out of range, must be positive";
    const auto files = call.args.next_integer();
    if (files < 0 || files > 1)
        throw CommandError{"ERR value is out of range, value must between 0 and 1"};
    const auto wanted = call.args.next_integer(kNegative);
    if (wanted < 0) throw CommandError{kNegative};
    const auto timeout = next_timeout_ms(call.args);
    Persistence& persistence = *call.server.persistence;
    if (files > 0 && !persistence.log_file().on()) {
        throw CommandError{
            "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."};
    }
    const bool is_safe = persistence.log_file().on() && persistence.is_all_safe();
    const bool waits = wanted > 0 || (files > 0 && !is_safe);
    if (waits && waits_for_safety(call, timeout)) {
        if (wanted == 0) persistence.tell_when_safe(call.session.id);
        return;
    }
    call.reply.array(2);
    call.reply.integer(is_safe ? 1 : 0);
    call.reply.integer(0);
}

void shutdown(Call& call)
{
    EndFlags flags;
    bool now = false;
    bool abort = false;
    while (!call.args.done()) {
        if (call.args.accept("NOSAVE"))
            flags.nosave = true;
        else if (call.args.accept("SAVE"))
            flags.save = true;
        else if (call.args.accept("NOW"))
            now = true;
        else if (call.args.accept("FORCE"))
            flags.force = true;
        else if (call.args.accept("ABORT"))
            abort = true;
        else
            throw CommandError{text::kSyntax};
    }
    const bool any = flags.save || flags.nosave || flags.force || now;
    if ((flags.save && flags.nosave) || (abort && any)) throw CommandError{text::kSyntax};
    // There is no waiting for replicas that could be called off.
    if (abort) throw CommandError{"ERR No shutdown in progress."};
    if (!call.server.persistence->prepare_end(flags))
        throw CommandError{"ERR Errors trying to SHUTDOWN. Check logs."};

    // No reply: that the connection closes is the answer.
    call.server.shutdown_requested = true;
}

constexpr Command kCommands[] = {
    {.name = "DBSIZE",
     .summary = "Returns the number of keys in the database.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kReadonly | kFast | kKeyspaceCategory,
     .run = dbsize,
     .tips = "request_policy:all_shards response_policy:agg_sum"},
    {.name = "FLUSHALL",
     .syntax = "[ASYNC | SYNC]",
     .summary = "Removes all keys from all databases.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of keys in all databases",
     .group = Group::Server,
     .flags = kWrite | kDangerous | kKeyspaceCategory,
     .run = flushall,
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "FLUSHDB",
     .syntax = "[ASYNC | SYNC]",
     .summary = "Removes all keys from the current database.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys in the selected database",
     .group = Group::Server,
     .flags = kWrite | kDangerous | kKeyspaceCategory,
     .run = flushdb,
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "ROLE",
     .summary = "Returns the replication role.",
     .since = "2.8.12",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kNoscript | kLoading | kStale | kFast | kSentinel | kAdminCategory,
     .run = role},
    {.name = "SHUTDOWN",
     .syntax = "[NOSAVE | SAVE] [NOW] [FORCE] [ABORT]",
     .summary = "Synchronously saves the database(s) to disk and shuts down the server.",
     .since = "1.0.0",
     .complexity = "O(N) when saving, where N is the total number of keys in all databases when "
                   "saving data, otherwise O(1)",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kLoading | kStale | kNoMulti | kSentinel | kAllowBusy,
     .run = shutdown},
    {.name = "TIME",
     .summary = "Returns the server time.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale | kFast,
     .run = time,
     .tips = "nondeterministic_output"},
    {.name = "WAIT",
     .syntax = "numreplicas:integer timeout:integer",
     .summary = "Waits until replicas have the connection's writes; there are none.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kBlocking | kNotKeyspaceCategory | kConnectionCategory,
     .run = wait,
     .tips = "request_policy:all_shards response_policy:agg_min"},
    {.name = "WAITAOF",
     .syntax = "numlocal:integer numreplicas:integer timeout:integer",
     .summary = "Waits until files and replicas have the connection's writes; there are none.",
     .since = "7.2.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kBlocking | kNotKeyspaceCategory | kConnectionCategory,
     .run = waitaof,
     .tips = "request_policy:all_shards response_policy:agg_min"},
};

}  // namespace

std::span<const Command> server() { return kCommands; }

}  // namespace server::commands
