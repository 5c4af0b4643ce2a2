#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "protocol/reply_writer.h"
#include "server/catalogue/command.h"
#include "server/catalogue/command_table.h"
#include "server/clients/blocked.h"
#include "server/clients/session.h"
#include "server/execution/invocation.h"
#include "server/execution/recent_commands.h"

namespace server {

class Server;

/// The one way in: a connection, EXEC, a script and a test all bring their requests here, so that
/// nothing is checked in one place and forgotten in another.
///
///     execute  look up -> admit (admission.h) -> queue, or run -> settle
///
/// A handler may throw CommandError and store::Error, before it has changed anything. If memory
/// runs out, std::bad_alloc and std::length_error may come from anywhere: the client gets an error,
/// and what had been changed until then stays and is told. Anything else is a bug.
class Executor
{
public:
    explicit Executor(Server& server) : server_(server) {}

    /// Runs a request and appends its reply. Never throws for what a client sends. For
    /// Origin::Client the reply goes to the session's own output, where CLIENT REPLY holds and
    /// messages to the session follow.
    Outcome execute(const Invocation& invocation);
    /// The same, whatever faults there are.
    Outcome execute_now(const Invocation& invocation);
    /// Runs a request from a log that is read back, and tells nobody. Commands that can change
    /// nothing are skipped.
    Outcome replay(const Invocation& invocation);
    /// Refuses the request with this error, as if it could not even be tried.
    Outcome reject(const Invocation& invocation, std::string_view error);

    /// Executes a request of a client that had to wait before it was looked at, and lets its
    /// session go on.
    void run_late(Session& session, std::span<const std::string> words);

    /// Requests follow that were waited for: what passed until now is not the first one's time.
    void begin_turn();

    /// Ends the wait of a session without what it waited for: its request is run once more to say
    /// so. Nothing happens if it does not wait.
    void give_up(Session& session);
    /// The same, at a moment to come.
    void give_up_at(Session& session, store::Deadline deadline);
    /// Ends the wait of a session with an error.
    void interrupt(Session& session, std::string_view error);

    /// Whether CLIENT PAUSE holds such a request back. Those of Origin::Client are held here; who
    /// brings others asks first.
    bool must_wait(const Invocation& invocation) const;

    /// Runs the first `count` requests that CLIENT PAUSE held back, as if they came just now: some
    /// at once, the others after clients that are ready.
    void run_held(std::size_t count);

    /// Runs the requests again that wait for keys which were changed meanwhile. execute() does so
    /// itself; others who change keys call it.
    void serve_blocked();

private:
    const Command& look_up(const Invocation& invocation);
    Outcome look_up_and_run(const Invocation& invocation);
    Outcome queue(const Invocation& invocation, const Command& command);
    Outcome run(const Invocation& invocation, const Command& command, const Wake& wake);
    std::chrono::nanoseconds time_before(const Invocation& invocation, const Wake& wake) const;
    const Session& client_of(const Invocation& invocation) const;
    void note_reads(const Invocation& invocation, const Command& command);
    void note_slow(const Invocation& invocation, const Command& command,
                   std::chrono::nanoseconds took);
    Outcome run_handler(const Invocation& invocation, const Command& command, const Wake& wake);
    Outcome refuse(const Invocation& invocation, std::string_view error);
    Outcome refuse_to_start(const Invocation& invocation, std::string_view error);
    void settle(Session& session, std::size_t reply_start, Outcome outcome);

    void serve_blocked_on(const BlockedClients::Key& key);
    bool is_paused(const Invocation& invocation, const Command& command) const;
    Outcome hold(const Invocation& invocation);
    void run_again(Session& session, const Wake& wake);
    Outcome serve(const Invocation& invocation, const Command& command, const Wake& wake);
    void end_wait(Session& session);

    Server& server_;
    RecentCommands recent_;
    std::chrono::nanoseconds last_end_{};  ///< by the stopwatch: when the last command ended
};

}  // namespace server
