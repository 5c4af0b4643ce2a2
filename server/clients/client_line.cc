#include "server/clients/client_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "server/access/user.h"
#include "server/catalogue/command_table.h"
#include "server/clients/client_memory.h"
#include "server/clients/tracking.h"

namespace server {

namespace {

std::int64_t seconds_since(store::TimePoint then, store::TimePoint now)
{
    return std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
}

std::string flags_of(const Session& session)
{
    std::string flags;
    if (session.is_monitor) flags += 'O';
    if (session.subscriptions.any()) flags += 'P';
    if (session.transaction.open) flags += 'x';
    if (session.blocked) flags += 'b';
    if (session.tracking != nullptr) {
        flags += 't';
        if (session.tracking->broken_redirect) flags += 'R';
        if (session.tracking->broadcast) flags += 'B';
    }
    if (session.transaction.keys_changed) flags += 'd';
    if (session.close_after_reply) flags += 'c';
    if (session.unix_socket) flags += 'U';
    if (session.no_evict) flags += 'e';
    if (session.no_touch) flags += 'T';
    return flags.empty() ? "N" : flags;
}

}  // namespace

std::string remote_address(const Session& session)
{
    return session.peer == nullptr ? std::string{} : session.peer->remote_address();
}

std::string local_address(const Session& session)
{
    return session.peer == nullptr ? std::string{} : session.peer->local_address();
}

bool is_local(const Session& session)
{
    if (session.peer == nullptr || session.unix_socket) return true;
    const std::string address = remote_address(session);
    return address.starts_with("127.0.0.1:") || address.starts_with("[::1]:");
}

std::string client_line(const Session& session, store::TimePoint now)
{
    const Peer* peer = session.peer;
    const std::size_t query = peer == nullptr ? 0 : peer->query_bytes();
    const std::size_t query_room = peer == nullptr ? 0 : peer->query_room();
    const std::size_t reply_room = peer == nullptr ? 0 : peer->reply_room();
    const std::size_t reply_bytes = peer == nullptr ? 0 : peer->reply_bytes();

    // What Dabba has not is 0: arguments stay in the read buffer (argv-mem).
    std::string line;
    const auto add = [&]<class... Values>(fmt::format_string<Values...> text, Values&&... values) {
        fmt::format_to(std::back_inserter(line), text, std::forward<Values>(values)...);
    };
    add("id={} addr={} laddr={} fd={} name={}", session.id, remote_address(session),
        local_address(session), peer == nullptr ? -1 : peer->descriptor(), session.name);
    add(" age={} idle={} flags={} db={}", seconds_since(session.connected_at, now),
        seconds_since(session.last_request_at, now), flags_of(session), session.database);
    const Subscriptions& subscribed = session.subscriptions;
    add(" sub={} psub={} ssub={} multi={}", subscribed.of(Topic::Channel).size(),
        subscribed.of(Topic::Pattern).size(), subscribed.of(Topic::ShardChannel).size(),
        session.transaction.open ? static_cast<std::int64_t>(session.transaction.queue.size())
                                 : -1);
    add(" qbuf={} qbuf-free={} argv-mem=0 multi-mem={}", query, query_room,
        transaction_bytes(session));
    // Redis's buffer for replies is never larger: what has no room there waits in a list.
    constexpr std::size_t kMaxBuffer = 16 * 1024;
    const std::size_t waiting = session.output.size();
    const bool is_listed = waiting > kMaxBuffer;
    const std::size_t buffer = is_listed ? kMaxBuffer : session.output.capacity();
    const std::size_t blocks = (peer == nullptr ? 0 : peer->reply_blocks()) + (is_listed ? 1 : 0);
    add(" rbs={} rbp={} obl={} oll={} omem={} tot-mem={}", buffer, buffer,
        std::min(waiting, kMaxBuffer), blocks, reply_room - std::min(reply_room, buffer),
        client_bytes(session));
    add(" events={} cmd={} user={} redir={} resp={}", reply_bytes == 0 ? "r" : "rw",
        session.last_command == nullptr ? "NULL" : full_name(*session.last_command),
        session.user == nullptr ? "default" : session.user->name(), redirect_of(session),
        static_cast<int>(session.protocol));
    add(" lib-name={} lib-ver={}\n", session.library_name, session.library_version);
    return line;
}

}  // namespace server
