#include "server/net/connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "server/net/address.h"
#include "server/net/connection.h"
#include "server/persistence/persistence.h"
#include "server/workspaces/workspaces.h"

namespace server::net {
namespace {

constexpr std::string_view kFull = "-ERR max number of clients reached\r\n";

// Redis's words: scripts and people look for them.
constexpr std::string_view kProtected =
    "-DENIED Redis is running in protected mode because protected mode is enabled and no password "
    "is set for the default user. In this mode connections are only accepted from the loopback "
    "interface. If you want to connect from external computers to Redis you may adopt one of the "
    "following solutions: 1) Just disable protected mode sending the command 'CONFIG SET "
    "protected-mode no' from the loopback interface by connecting to Redis from the same host the "
    "server is running, however MAKE SURE Redis is not publicly accessible from internet if you do "
    "so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable "
    "the protected mode by editing the Redis configuration file, and setting the protected mode "
    "option to 'no', and then restarting the server. 3) If you started the server manually just "
    "for testing, restart it with the '--protected-mode no' option. 4) Set up an authentication "
    "password for the default user. NOTE: You only need to do one of the above things in order for "
    "the server to start accepting connections from the outside.\r\n";

void set_tcp_option(int descriptor, int name, int value)
{
    setsockopt(descriptor, IPPROTO_TCP, name, &value, sizeof value);
}

}  // namespace

Connections::Connections(Server& all, Log& diary, std::function<void()> on_shutdown)
    : server(all), log(diary), on_shutdown_(std::move(on_shutdown))
{}

Connections::~Connections() { close_all(); }

void Connections::welcome(ClientSocket socket)
{
    Error gone;
    const Endpoint remote = socket.socket().remote_endpoint(gone);
    if (gone) return;
    const Endpoint local = socket.socket().local_endpoint(gone);
    if (gone) return;
    const bool is_unix = local.protocol().family() == AF_UNIX;
    // A client of a Unix socket has no name of its own; Redis uses the server's.
    std::string address = to_text(is_unix ? local : remote);

    if (server.faults.is_down(server.timekeeper.wall())) return;
    if (is_full()) return turn_away(std::move(socket), address, kFull);
    if (server.options.protected_mode && server.access.default_user().needs_no_password() &&
        !is_local(remote))
        return turn_away(std::move(socket), address, kProtected);

    configure(socket.socket());
    log.verbose("Accepted {}", address);
    std::make_shared<Connection>(*this, std::move(socket), std::move(address), is_unix)->start();
}

bool Connections::is_full(std::size_t beginning) const
{
    const std::size_t clients = server.sessions.size() + server.workspaces.sessions() + beginning;
    return clients >= static_cast<std::size_t>(server.options.max_clients);
}

bool Connections::has_room(std::size_t beginning)
{
    if (!is_full(beginning)) return true;
    ++server.stats.connections_rejected;
    return false;
}

// The few bytes fit into a fresh socket's buffer: no need to wait for it.
void Connections::turn_away(ClientSocket socket, const std::string& address, std::string_view reply)
{
    ++server.stats.connections_rejected;
    log.verbose("Turned {} away: {}", address, reply.substr(1, 60));
    Error ignored;
    socket.socket().non_blocking(true, ignored);
    socket.write_some(reply, ignored);
    socket.close();
}

// What fails here is no reason to refuse a client: it is served a little worse.
void Connections::configure(Socket& socket) const
{
    Error ignored;
    socket.non_blocking(true, ignored);
    socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
    const int interval = server.options.tcp_keepalive_seconds;
    if (interval == 0) return;
    socket.set_option(asio::socket_base::keep_alive{true}, ignored);
    set_tcp_option(socket.native_handle(), TCP_KEEPIDLE, interval);
    set_tcp_option(socket.native_handle(), TCP_KEEPINTVL, std::max(1, interval / 3));
    set_tcp_option(socket.native_handle(), TCP_KEEPCNT, 3);
}

void Connections::check_patience(std::size_t count)
{
    for (; count > 0 && !open_.empty(); --count) {
        auto next = open_.upper_bound(last_checked_);
        if (next == open_.end()) next = open_.begin();
        last_checked_ = next->first;
        next->second->check_patience();  // may close it, and take it off the list
    }
}

void Connections::follow_wall_clock()
{
    constexpr std::chrono::seconds kWorthALine{1};
    const auto ahead = time_.follow(wall_clock(), time_since_boot());
    const bool is_off = std::chrono::abs(ahead) >= kWorthALine;
    if (is_off && !wall_clock_is_off_) {
        log.warning(
            "The system's clock was set {} ms {}: locks and offers go by the time that passes, and "
            "the server's clock approaches the system's by 5 ms a second",
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::abs(ahead)).count(),
            ahead.count() > 0 ? "forward" : "backward");
    }
    wall_clock_is_off_ = is_off;
}

protocol::RequestBatch& Connections::next_batch()
{
    if (batches_in_use_ == batches_.size())
        batches_.push_back(std::make_unique<protocol::RequestBatch>());
    protocol::RequestBatch& next = *batches_[batches_in_use_];
    ++batches_in_use_;
    next.clear();
    return next;
}

// One write for all.
void Connections::log_turns()
{
    const std::uint64_t place = server.persistence->place_to_wait_for();
    for (auto& connection : std::exchange(unlogged_, {})) {
        if (place == 0) {
            connection->send_when_safe();
        } else {
            unsafe_.emplace_back(place, std::move(connection));
        }
    }
}

void Connections::send_what_is_safe()
{
    while (!unsafe_.empty() && server.persistence->is_safe(unsafe_.front().first)) {
        const auto connection = std::move(unsafe_.front().second);
        unsafe_.pop_front();
        connection->send_when_safe();
    }
}

// Each has a clock of its own.
void Connections::change_workspace(Session& session)
{
    server.workspaces.follow(session);
    observe_time(*session.server);
    session.server->executor.begin_turn();
}

// SHUTDOWN ends the workspace that it was called in, and no more.
void Connections::shut_down(const Server& asked)
{
    if (&asked == &server) return on_shutdown_();
    server.workspaces.drop(std::string{asked.workspace});
}

void Connections::close_all()
{
    while (!open_.empty()) open_.begin()->second->close();
}

// Not more than once a minute: an attack must not fill the disk.
void Connections::log_attack(std::string_view address)
{
    const auto now = server.clock.now();
    if (now - last_attack_ < std::chrono::minutes{1}) return;
    last_attack_ = now;
    log.warning(
        "Possible SECURITY ATTACK detected: {} sends POST or Host:, maybe a browser led astray "
        "(cross protocol scripting). Connection closed.",
        address);
}

}  // namespace server::net
