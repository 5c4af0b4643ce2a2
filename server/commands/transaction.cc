#include <algorithm>
#include <utility>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// Removes the watched keys that are due: a key that has expired has changed.
void expire_watched_keys(Call& call)
{
    call.server.watches.for_each_key(call.session, [&](int database, std::string_view key) {
        call.server.databases[database].holds(key);
    });
    call.server.key_events.tell();
}

/// Ends the transaction and all watches: what EXEC and DISCARD leave behind.
Transaction close_transaction(Call& call)
{
    Transaction closed = std::exchange(call.session.transaction, {});
    call.server.watches.unwatch(call.session);
    return closed;
}

/// Throws the error if a transaction is open. In Valkey, that one is spoilt.
void refuse_inside(Call& call, std::string_view error)
{
    Transaction& transaction = call.session.transaction;
    if (!transaction.open) return;
    if (call.server.dialect.has(Difference::NoNesting)) transaction.failed = true;
    throw CommandError{error};
}

void multi(Call& call)
{
    refuse_inside(call, "ERR MULTI calls can not be nested");
    call.session.transaction.open = true;
    call.reply.ok();
}

void discard(Call& call)
{
    if (!call.session.transaction.open) throw CommandError{"ERR DISCARD without MULTI"};
    close_transaction(call);
    call.reply.ok();
}

std::size_t max_arguments(const RequestQueue& queue)
{
    std::size_t most = 0;
    for (const QueuedRequest& queued : queue) most = std::max(most, queued.arguments.size());
    return most;
}

/// Whether nobody will look at the reply once more (CLIENT REPLY, faults and recorded calls do).
bool reply_is_final(const Call& call)
{
    const Session& session = call.session;
    return session.peer != nullptr && session.reply_mode == ReplyMode::On &&
           !call.server.faults.any() && !call.server.is_observed;
}

void exec(Call& call)
{
    if (!call.session.transaction.open) throw CommandError{"ERR EXEC without MULTI"};
    expire_watched_keys(call);
    const Transaction transaction = close_transaction(call);
    if (transaction.failed) throw CommandError{text::kExecAborted};
    if (transaction.keys_changed) return call.reply.null_array();

    std::vector<std::string_view> request;
    request.reserve(max_arguments(transaction.queue));  // nothing may fail once a part is put aside
    call.reply.array(transaction.queue.size());
    for (const QueuedRequest& queued : transaction.queue) {
        request.assign(queued.arguments.begin(), queued.arguments.end());
        call.server.executor.execute({call.session, Origin::Transaction, request, call.reply});
        if (reply_is_final(call)) call.session.peer->put_aside();
    }
}

bool exec_may_write(const Server& server, const Invocation& invocation)
{
    const RequestQueue& queue = invocation.session.transaction.queue;
    return std::any_of(queue.begin(), queue.end(), [&](const QueuedRequest& queued) {
        const std::vector<std::string_view> request{queued.arguments.begin(),
                                                    queued.arguments.end()};
        const Command* const command = server.commands.resolve(request).row;
        return command->has(kWrite) || command->has(kMayReplicate);
    });
}

void watch(Call& call)
{
    refuse_inside(call, "ERR WATCH inside MULTI is not allowed");
    std::vector<std::pair<std::string_view, bool>> watched;
    for (const auto key : call.args.rest()) watched.emplace_back(key, call.keys.holds(key));
    // Looking has removed keys that were due. That is told now, or EXEC would take it for a change.
    call.server.key_events.tell();
    for (const auto& [key, exists] : watched)
        call.server.watches.watch(call.session, call.session.database, key, exists);
    call.reply.ok();
}

void unwatch(Call& call)
{
    call.server.watches.unwatch(call.session);
    call.reply.ok();
}

constexpr Command kCommands[] = {
    {.name = "MULTI",
     .syntax = "",
     .summary = "Starts a transaction.",
     .since = "1.2.0",
     .complexity = "O(1)",
     .group = Group::Transactions,
     .flags = kNoscript | kLoading | kStale | kFast | kAllowBusy | kNotQueued,
     .run = multi},
    {.name = "EXEC",
     .syntax = "",
     .summary = "Executes all commands in a transaction.",
     .since = "1.2.0",
     .complexity = "Depends on commands in the transaction",
     .group = Group::Transactions,
     .flags = kNoscript | kLoading | kStale | kSkipSlowlog | kNotQueued,
     .run = exec,
     .may_write = exec_may_write},
    {.name = "DISCARD",
     .syntax = "",
     .summary = "Discards a transaction.",
     .since = "2.0.0",
     .complexity = "O(N), when N is the number of queued commands",
     .group = Group::Transactions,
     .flags = kNoscript | kLoading | kStale | kFast | kAllowBusy | kNotQueued,
     .run = discard},
    {.name = "WATCH",
     .syntax = "key [key ...]",
     .summary = "Monitors changes to keys to determine the execution of a transaction.",
     .since = "2.2.0",
     .complexity = "O(1) for every key.",
     .group = Group::Transactions,
     .flags = kNoscript | kLoading | kStale | kFast | kAllowBusy | kNotQueued,
     .keys = {keys_from(1, "RO")},
     .run = watch},
    {.name = "UNWATCH",
     .syntax = "",
     .summary = "Forgets about watched keys of a transaction.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::Transactions,
     .flags = kNoscript | kLoading | kStale | kFast | kAllowBusy,
     .run = unwatch},
};

}  // namespace

std::span<const Command> transaction() { return kCommands; }

}  // namespace server::commands
