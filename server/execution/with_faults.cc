#include "server/execution/with_faults.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "server/catalogue/command_table.h"
#include "server/clients/session.h"
#include "server/server.h"
#include "server/testing/faults.h"

namespace server {

namespace {

using std::chrono::milliseconds;

void end(Session& session)
{
    session.ended_by_fault = true;
    session.close_after_reply = true;
}

/// Executes the request, and ends the connection after a part of its reply, or none of it. A
/// request that waits (BLPOP) gets its reply later.
Outcome execute_and_cut(Server& server, const Invocation& invocation, ReplyCut cut)
{
    Session& session = invocation.session;
    const std::size_t start = session.output.size();
    const Outcome outcome = server.executor.execute_now(invocation);
    session.reply_cut = cut;
    if (outcome != Outcome::Blocked) cut_reply(session, start);
    return outcome;
}

/// Lets a request wait before it is looked at. Its session may be gone by then.
Outcome postpone(Server& server, const Invocation& invocation, milliseconds delay)
{
    std::vector<std::string> words{invocation.request.begin(), invocation.request.end()};
    invocation.session.blocked = true;
    server.agenda.add(server.clock.now_ms() + delay,
                      [&server, id = invocation.session.id, words = std::move(words)] {
                          Session* const session = server.sessions.find(id);
                          if (session == nullptr) return;
                          session->blocked = false;
                          server.executor.run_late(*session, words);
                      });
    return Outcome::Blocked;
}

/// No answer, ever, and nothing more is read.
Outcome stall(Session& session)
{
    session.blocked = true;
    return Outcome::Blocked;
}

Outcome drop(Session& session)
{
    end(session);
    return Outcome::Refused;
}

Outcome suffer(Server& server, const Invocation& invocation, const Fault& fault)
{
    Session& session = invocation.session;
    switch (fault.kind) {
        case Fault::Kind::Error: return server.executor.reject(invocation, fault.error);
        case Fault::Kind::Delay: return postpone(server, invocation, draw_delay(server, fault));
        case Fault::Kind::Stall: return stall(session);
        case Fault::Kind::Drop: return drop(session);
        case Fault::Kind::DropReply: return execute_and_cut(server, invocation, ReplyCut::All);
        case Fault::Kind::HalfReply: return execute_and_cut(server, invocation, ReplyCut::Half);
        case Fault::Kind::Down: go_down(server, session, fault.max); return drop(session);
    }
    return Outcome::Refused;
}

}  // namespace

milliseconds draw_delay(Server& server, const Fault& fault)
{
    const auto span = static_cast<std::uint64_t>((fault.max - fault.min).count());
    const std::chrono::microseconds more{static_cast<std::int64_t>(server.random.below(span + 1))};
    return std::chrono::ceil<milliseconds>(fault.min + more);
}

void go_down(Server& server, const Session& but, std::chrono::microseconds time)
{
    server.faults.go_down_until(server.timekeeper.wall() + time);
    std::vector<Session*> others;
    for (const auto& [id, other] : server.sessions)
        if (other != &but) others.push_back(other);
    for (Session* const other : others) {
        other->ended_by_fault = true;
        if (other->peer != nullptr) other->peer->kill();
    }
}

void cut_reply(Session& session, std::size_t reply_start)
{
    const std::size_t size = session.output.size() - reply_start;
    const bool is_half = session.reply_cut == ReplyCut::Half;
    session.output.truncate(reply_start + (is_half ? size / 2 : 0));
    session.reply_cut = ReplyCut::Nothing;
    end(session);
}

std::optional<Fault> strike(Server& server, const Invocation& invocation)
{
    const auto [command, unknown_subcommand] = server.commands.resolve(invocation.request);
    const bool can_suffer = command != nullptr && !unknown_subcommand && !command->has(kForTests);
    if (!can_suffer) return std::nullopt;
    return server.faults.strike(invocation.session, *command, invocation.request);
}

Outcome execute_with_faults(Server& server, const Invocation& invocation)
{
    if (const auto fault = strike(server, invocation)) return suffer(server, invocation, *fault);
    return server.executor.execute_now(invocation);
}

}  // namespace server
