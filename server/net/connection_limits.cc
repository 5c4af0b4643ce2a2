#include <algorithm>

#include "server/net/connection.h"

/// What may wait for a client that reads slowly (client-output-buffer-limit, maxmemory-clients).
namespace server::net {
namespace {

// A client without a password may let this wait: 16 KB that Redis does not count, and 1 KB.
constexpr std::size_t kUnauthenticatedOutput = 17 * 1024;

}  // namespace

OutputLimit Connection::output_limit() const
{
    if (!session_.authenticated) return {.hard_bytes = kUnauthenticatedOutput};
    const auto index = static_cast<std::size_t>(session_.client_class);
    return server().options.client_output_buffer_limit[index];
}

// What is written from now on must know how much is allowed.
void Connection::limit_output()
{
    const std::size_t most = max_output();
    const std::size_t left = most - std::min(most, unsent_.bytes());
    session_.output.set_limit(left);
    session_.pushes.set_limit(left);
}

// A client whose replies alone cost more than all clients may is going to be evicted for them:
// they need not be written first.
std::size_t Connection::max_output() const
{
    const std::size_t hard = OutputGuard::hard_bytes(output_limit());
    return session_.no_evict ? hard : std::min(hard, server().client_memory.limit());
}

void Connection::count_memory()
{
    Server& server = this->server();
    if (!server.client_memory.limited() || !socket_.is_open()) return;
    server.client_memory.update(session_);
    server.evict_clients();
}

// What is asked after each request: what waits is almost always too little to count.
bool Connection::has_much_to_read() const
{
    return reply_bytes() > OutputGuard::kUncounted || session_.output.overflowed() ||
           session_.pushes.overflowed();
}

bool Connection::reads_too_slowly()
{
    return session_.output.overflowed() || session_.pushes.overflowed() ||
           guard_.exceeded(output_limit(), reply_bytes(), server().clock.now());
}

void Connection::disconnect_slow_reader()
{
    if (session_.evicted) return kill();
    const bool overflowed = session_.output.overflowed() || session_.pushes.overflowed();
    if (overflowed && max_output() < OutputGuard::hard_bytes(output_limit())) {
        server().evict(session_);
        return kill();
    }
    all_.log.warning("Disconnected {}: its unread replies are over client-output-buffer-limit",
                     address_);
    ++server().stats.output_limit_disconnections;
    kill();
}

}  // namespace server::net
