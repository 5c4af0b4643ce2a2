#include "server/execution/executor.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "server/catalogue/keys.h"
#include "server/clients/tracking.h"
#include "server/execution/admission.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/execution/observe.h"
#include "server/execution/permission.h"
#include "server/execution/show.h"
#include "server/execution/with_faults.h"
#include "server/insight/insight.h"
#include "server/server.h"

namespace server {

namespace {

CommandError unknown_command(Request request)
{
    constexpr std::size_t kMaxQuoted = 128;
    std::string arguments;
    for (std::size_t i = 1; i < request.size() && arguments.size() < kMaxQuoted; ++i) {
        const auto argument = as_c_string(request[i]).substr(0, kMaxQuoted - arguments.size());
        arguments += fmt::format("'{}' ", argument);
    }
    return {"ERR unknown command '{}', with args beginning with: {}",
            request[0].substr(0, kMaxQuoted), arguments};
}

CommandError unknown_subcommand(const Command& container, Request request)
{
    return {"ERR unknown subcommand '{}'. Try {} HELP.", request[1].substr(0, 128), container.name};
}

/// CLIENT NO-TOUCH, while a command runs: to look at a key is not to use it, but for TOUCH. What a
/// script does is its client's doing.
class UntouchedKeys
{
public:
    UntouchedKeys(store::Usage& usage, const Session& session, const Command& command)
        : usage_(usage), was_ignored_(usage.is_ignored())
    {
        if (session.no_touch || was_ignored_) [[unlikely]]
            usage.ignore(command.name != "TOUCH");
    }
    ~UntouchedKeys() { usage_.ignore(was_ignored_); }
    UntouchedKeys(const UntouchedKeys&) = delete;
    UntouchedKeys& operator=(const UntouchedKeys&) = delete;

private:
    store::Usage& usage_;
    bool was_ignored_;
};

/// CLIENT REPLY: takes back a reply that the client does not want.
void apply_reply_mode(Session& session, std::size_t reply_start)
{
    switch (session.reply_mode) {
        case ReplyMode::On: return;
        case ReplyMode::SkipNext: session.reply_mode = ReplyMode::Skip; break;
        case ReplyMode::Skip: session.reply_mode = ReplyMode::On; break;
        case ReplyMode::Off: break;
    }
    session.output.truncate(reply_start);
}

}  // namespace

Outcome Executor::execute(const Invocation& invocation)
{
    // EXEC and scripts are in the middle of one moment: nothing else may happen in it.
    if (invocation.origin == Origin::Transaction || invocation.origin == Origin::Script)
        return look_up_and_run(invocation);

    server_.run_due();
    if (server_.faults.any() && invocation.origin == Origin::Client) [[unlikely]]
        return execute_with_faults(server_, invocation);
    return execute_now(invocation);
}

Outcome Executor::execute_now(const Invocation& invocation)
{
    Session& session = invocation.session;
    const std::size_t start = session.output.size();
    session.running = true;
    const Outcome outcome = look_up_and_run(invocation);
    settle(session, start, outcome);
    if (server_.blocked.any_ready()) serve_blocked();
    return outcome;
}

/// Statistics and listeners are for what happens now.
Outcome Executor::replay(const Invocation& invocation)
{
    const Command* command = nullptr;
    try {
        command = &look_up(invocation);
        admit(server_, invocation, *command);
    } catch (const CommandError& error) {
        invocation.reply.error(error.line());
        return Outcome::Refused;
    }
    const bool may_matter =
        command->has(kWrite) || command->may_write != nullptr || command->name == "SELECT";
    if (!may_matter) return Outcome::Replied;
    return run_handler(invocation, *command, kFirstRun);
}

/// The reply to a request that is not even tried.
Outcome Executor::reject(const Invocation& invocation, std::string_view error)
{
    const std::size_t start = invocation.session.output.size();
    const Outcome outcome = refuse_to_start(invocation, error);
    settle(invocation.session, start, outcome);
    return outcome;
}

Outcome Executor::look_up_and_run(const Invocation& invocation)
{
    Session& session = invocation.session;
    const Command* command = nullptr;
    try {
        command = &look_up(invocation);
        admit(server_, invocation, *command);
        if (server_.is_observed) [[unlikely]]
            require_known(server_, *command, invocation.request);
    } catch (const CommandError& error) {
        if (server_.is_observed) [[unlikely]]
            note_refusal(server_, invocation, command, error.line());
        return refuse_to_start(invocation, error.line());
    }
    session.last_request_at = server_.clock.now();
    if (invocation.origin == Origin::Client) {
        if (server_.pause.active() && !session.is_monitor && is_paused(invocation, *command))
            [[unlikely]]
            return hold(invocation);
        if (session.transaction.open && !command->has(kNotQueued))
            return queue(invocation, *command);
        session.last_command = command;
    }
    return run(invocation, *command, kFirstRun);
}

Outcome Executor::queue(const Invocation& invocation, const Command& command)
{
    invocation.session.transaction.flags |= command.flags;
    invocation.session.transaction.queue.push_back(
        {{invocation.request.begin(), invocation.request.end()}});
    invocation.reply.simple("QUEUED");
    return Outcome::Replied;
}

const Command& Executor::look_up(const Invocation& invocation)
{
    const std::string_view name = invocation.request[0];
    if (const Command* const recent = recent_.find(name)) return *recent;
    const auto [command, unknown_subcommand_given] = server_.commands.resolve(invocation.request);
    const bool is_known = command != nullptr && !unknown_subcommand_given;
    if (!is_known && server_.dialect.has(Difference::AuthFirst) &&
        invocation.origin == Origin::Client && !invocation.session.authenticated)
        throw CommandError{text::kNoAuth};
    const bool tells_scripts =
        command != nullptr && server_.dialect.has(Difference::SubcommandsInScripts);
    if (!is_known && invocation.origin == Origin::Script && !tells_scripts)
        throw CommandError{"ERR Unknown Redis command called from script"};
    if (command == nullptr) throw unknown_command(invocation.request);
    if (unknown_subcommand_given) throw unknown_subcommand(*command, invocation.request);
    const bool has_one_name = command->words == 1 && !server_.commands.is_container(*command);
    if (has_one_name) recent_.remember(name, *command);
    return *command;
}

/// Commands of one turn follow each other so closely that one look at the stopwatch is both the end
/// of one and the beginning of the next. In scripts, after a wait, and at another front door, other
/// things lie between.
std::chrono::nanoseconds Executor::time_before(const Invocation& invocation, const Wake& wake) const
{
    const bool in_turn =
        invocation.origin == Origin::Client || invocation.origin == Origin::Transaction;
    const bool follows = in_turn && wake.reason == Wake::Reason::FirstRun;
    return follows ? last_end_ : server_.stopwatch();
}

Outcome Executor::run(const Invocation& invocation, const Command& command, const Wake& wake)
{
    const auto began = time_before(invocation, wake);
    const std::size_t reply_start = invocation.reply.size();
    // Of commands within a command, each tells of its own changes.
    const access::User* const limits = invocation.session.limits;
    if (limits != nullptr) [[unlikely]]
        server_.changed_by = limits;
    const UntouchedKeys untouched{server_.databases.usage, invocation.session, command};
    Effects::Command effect{server_.effects, invocation.session.database, invocation.request};
    const std::uint64_t changes = server_.stats.changes;
    const Outcome outcome = run_handler(invocation, command, wake);
    const bool is_whole = outcome == Outcome::Replied && command.has(kWrite);
    effect.over(server_.stats.changes != changes, is_whole);
    server_.key_events.tell();
    if (limits != nullptr) [[unlikely]]
        server_.changed_by = nullptr;
    last_end_ = server_.stopwatch();
    const auto took = last_end_ - began;
    CommandStats& stats = server_.stats.of(command);
    if (stats.end(outcome, took)) [[unlikely]]
        stats.add_time(took, server_.options.latency_tracking);
    if (took >= server_.slow_time && outcome != Outcome::Blocked) [[unlikely]]
        note_slow(invocation, command, took);
    if (invocation.session.tracking != nullptr) [[unlikely]]
        note_reads(invocation, command);
    if (server_.is_observed) [[unlikely]]
        note_call(server_, invocation, command, wake, reply_start);
    const bool is_new = wake.reason == Wake::Reason::FirstRun;
    if (server_.monitors.any() && is_new && !command.has(kSkipMonitor)) [[unlikely]] {
        show_to_monitors(server_, invocation.session, invocation.origin, command,
                         invocation.request);
    }
    return outcome;
}

/// What a script does is its client's doing.
const Session& Executor::client_of(const Invocation& invocation) const
{
    const bool in_script = invocation.origin == Origin::Script;
    return in_script ? *server_.running_script.caller : invocation.session;
}

/// Remembers the keys that a client which tracks has read. A script's commands read for its client;
/// the script itself names keys that it may never read.
void Executor::note_reads(const Invocation& invocation, const Command& command)
{
    const Session& client = client_of(invocation);
    if (client.tracking == nullptr) return;
    const bool reads = command.has(kReadonly) && command.may_write == nullptr;
    if (reads && client.tracking->remembers() && has_keys(command)) {
        const auto keys = find_keys(command, invocation.request);
        for (const FoundKey& found : keys.value_or(std::vector<FoundKey>{}))
            server_.tracking->remember(client, found.key);
    }
    // CLIENT CACHING, like all of CLIENT, leaves what it says to the command that follows.
    const bool consumes = invocation.origin == Origin::Client && !client.transaction.open;
    if (consumes && container_of(command) != "CLIENT") server_.tracking->command_over(client);
}

void Executor::begin_turn() { last_end_ = server_.stopwatch(); }

void Executor::note_slow(const Invocation& invocation, const Command& command,
                         std::chrono::nanoseconds took)
{
    const Options& options = server_.options;
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    const bool is_slow =
        options.slowlog_log_slower_than >= 0 && us >= options.slowlog_log_slower_than;
    if (is_slow && !command.has(kSkipSlowlog)) {
        server_.insight->slow_log.add(command, invocation.request, client_of(invocation),
                                      server_.clock.now(), took,
                                      static_cast<std::size_t>(options.slowlog_max_len));
    }
    server_.note_latency(command.has(kFast) ? "fast-command" : "command", took);
}

Outcome Executor::run_handler(const Invocation& invocation, const Command& command,
                              const Wake& wake)
{
    server_.key_events.name_own_changes(command.event);
    const std::size_t start = invocation.reply.size();
    [[maybe_unused]] const std::uint64_t changes = server_.stats.changes;
    Call call{server_,
              invocation,
              command,
              server_.databases[invocation.session.database],
              invocation.request.subspan(static_cast<std::size_t>(command.words)),
              wake};
    try {
        if (!server_.dialect.is_default()) [[unlikely]]
            speak(call);
        command.run(call);
        return call.blocked ? Outcome::Blocked : Outcome::Replied;
    } catch (const CommandError& error) {
        invocation.reply.rewind(start);
        assert(server_.stats.changes == changes && "a command that fails changes nothing");
        return refuse(invocation, error.line());
    } catch (const store::Error& error) {
        invocation.reply.rewind(start);
        assert(server_.stats.changes == changes && "a command that fails changes nothing");
        return refuse(invocation, error_line(error));
    } catch (const std::bad_alloc&) {
        invocation.reply.rewind(start);
        return refuse(invocation, text::kNoMemory);
    } catch (const std::length_error&) {
        invocation.reply.rewind(start);
        return refuse(invocation, text::kNoMemory);
    }
}

/// A request that is not even tried spoils the transaction it belongs to; EXEC itself ends it.
Outcome Executor::refuse_to_start(const Invocation& invocation, std::string_view error)
{
    Session& session = invocation.session;
    const auto [command, unknown_subcommand_given] = server_.commands.resolve(invocation.request);
    if (command != nullptr && !unknown_subcommand_given)
        ++server_.stats.of(*command).rejected_calls;
    if (invocation.origin != Origin::Client) return refuse(invocation, error);
    session.transaction.failed |= session.transaction.open;
    if (command == nullptr || command->name != "EXEC") return refuse(invocation, error);
    session.transaction = {};
    server_.watches.unwatch(session);
    if (error.starts_with("ERR ")) error.remove_prefix(4);
    return refuse(invocation, fmt::format("EXECABORT Transaction discarded because of: {}", error));
}

Outcome Executor::refuse(const Invocation& invocation, std::string_view error)
{
    server_.stats.count_error(error);
    if (server_.dialect.is_default()) {
        invocation.reply.error(error);
    } else {
        invocation.reply.error(server_.dialect.worded(error));
    }
    return Outcome::Refused;
}

/// What follows a request of a client, whatever became of it.
void Executor::settle(Session& session, std::size_t reply_start, Outcome outcome)
{
    session.running = false;
    if (outcome != Outcome::Blocked) apply_reply_mode(session, reply_start);
    if (session.pushes.empty()) return;
    session.output.append(session.pushes.view());
    session.pushes.clear();
}

/// Sessions are served in the order in which their keys were changed. Serving one may change other
/// keys (BLMOVE), whose turn comes after.
void Executor::serve_blocked()
{
    while (server_.blocked.any_ready()) {
        serve_blocked_on(server_.blocked.begin_serving());
        server_.blocked.end_serving();
    }
}

void Executor::serve_blocked_on(const BlockedClients::Key& key)
{
    store::Keyspace& keys = server_.databases[key.first];
    for (const std::uint64_t id : server_.blocked.waiting_for(key)) {
        const auto type = keys.peek_type(key.second);
        if (!type) return;
        Session* session = server_.sessions.find(id);
        const Wait* wait = session == nullptr ? nullptr : server_.blocked.find(*session);
        if (wait == nullptr || wait->type != type) continue;
        run_again(*session, {.reason = Wake::Reason::KeyReady, .key = key.second});
    }
}

void Executor::run_again(Session& session, const Wake& wake)
{
    Wait* wait = server_.blocked.find(session);
    if (wait == nullptr) return;
    const std::vector<std::string_view> request{wait->request.begin(), wait->request.end()};
    const Command& command = *wait->command;
    const std::size_t start = session.output.size();
    protocol::ReplyWriter reply{session.output, session.protocol};
    session.running = true;
    const Outcome outcome = serve({session, Origin::Client, request, reply}, command, wake);
    settle(session, start, outcome);
    if (outcome == Outcome::Blocked) return;
    if (session.reply_cut != ReplyCut::Nothing) [[unlikely]]
        cut_reply(session, start);
    end_wait(session);
}

/// What its user may do can have changed while it waited.
Outcome Executor::serve(const Invocation& invocation, const Command& command, const Wake& wake)
{
    if (wake.reason == Wake::Reason::KeyReady && invocation.session.limits != nullptr) {
        try {
            require_permission(server_, invocation, command);
        } catch (const CommandError& error) {
            ++server_.stats.of(command).rejected_calls;
            return refuse(invocation, error.line());
        }
    }
    return run(invocation, command, wake);
}

void Executor::end_wait(Session& session)
{
    const auto wait = server_.blocked.release(session);
    server_.agenda.cancel(wait->time_limit);
    if (session.peer != nullptr) session.peer->resume();
}

bool Executor::must_wait(const Invocation& invocation) const
{
    if (!server_.pause.active()) return false;
    const auto [command, unknown_subcommand_given] = server_.commands.resolve(invocation.request);
    return command != nullptr && !unknown_subcommand_given && is_paused(invocation, *command);
}

/// Redis lets nothing pass CLIENT PAUSE ALL, not even CLIENT UNPAUSE.
bool Executor::is_paused(const Invocation& invocation, const Command& command) const
{
    if (server_.pause.scope() == Pause::Scope::All) return true;
    if (command.may_write != nullptr) return command.may_write(server_, invocation);
    return command.has(kWrite) || command.has(kMayReplicate);
}

Outcome Executor::hold(const Invocation& invocation)
{
    server_.pause.hold(invocation.session, invocation.request);
    return Outcome::Blocked;
}

/// One that runs may begin another pause: the others are held again, each once.
void Executor::run_held(std::size_t count)
{
    constexpr std::size_t kMaxAtOnce = 100;
    std::size_t left = std::min(count, kMaxAtOnce);
    count -= left;
    for (; left > 0 && server_.pause.held() > 0; --left) {
        const auto [session, words] = server_.pause.take_first();
        run_late(*session, words);
    }
    if (count > 0) server_.agenda.add(server_.clock.now_ms(), [this, count] { run_held(count); });
}

void Executor::run_late(Session& session, std::span<const std::string> words)
{
    begin_turn();
    const std::vector<std::string_view> request{words.begin(), words.end()};
    protocol::ReplyWriter reply{session.output, session.protocol};
    execute_now({session, Origin::Client, request, reply});
    if (!session.blocked && session.peer != nullptr) session.peer->resume();
}

void Executor::give_up(Session& session) { run_again(session, {.reason = Wake::Reason::GiveUp}); }

void Executor::give_up_at(Session& session, store::Deadline deadline)
{
    Wait& wait = *server_.blocked.find(session);
    wait.time_limit = server_.agenda.add(deadline, [this, &session] { give_up(session); });
}

void Executor::interrupt(Session& session, std::string_view error)
{
    const Wait* wait = server_.blocked.find(session);
    if (wait == nullptr) return;
    const std::size_t start = session.output.size();
    protocol::ReplyWriter reply{session.output, session.protocol};
    server_.stats.count_error(error);
    server_.stats.of(*wait->command).end_waiting();
    reply.error(error);
    settle(session, start, Outcome::Refused);
    if (session.reply_cut != ReplyCut::Nothing) [[unlikely]]
        cut_reply(session, start);
    end_wait(session);
}

}  // namespace server
