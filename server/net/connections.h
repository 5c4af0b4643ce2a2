#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/buffer.h"
#include "protocol/request_batch.h"
#include "server/log.h"
#include "server/net/anchored_clock.h"
#include "server/net/asio.h"
#include "server/net/client_socket.h"
#include "server/net/password_guesses.h"
#include "server/server.h"

namespace server::net {

class Connection;

/// The clients' connections: lets them in, and holds what they share.
class Connections
{
public:
    /// `on_shutdown` is called after a request that asked for it. The references outlive this.
    Connections(Server& server, Log& log, std::function<void()> on_shutdown);
    ~Connections();
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;

    /// Serves a client that was accepted, or turns it away with a reason.
    void welcome(ClientSocket socket);

    /// Whether one more client may come, besides `beginning` ones that are no connections yet;
    /// counts it as turned away if not.
    bool has_room(std::size_t beginning);

    /// Looks at the next `count` connections, in a circle, and disconnects those that were silent,
    /// or slow to read, for too long.
    void check_patience(std::size_t count);

    void close_all();

    std::size_t size() const { return open_.size(); }

    /// Sets the server's clock to now.
    void observe_time() { server.timekeeper.observe(time_.now(time_since_boot())); }
    /// And that of a workspace beside it, or of the server itself.
    void observe_time(Server& workspace)
    {
        observe_time();
        if (&workspace != &server) workspace.timekeeper.observe(server.timekeeper.wall());
    }
    /// Lets the server's time approach the wall clock, if that was set. To be called often.
    void follow_wall_clock();

    /// Sends the replies that waited until what was logged before them was safe.
    void send_what_is_safe();

    // For connections:
    /// Calls send_when_safe() of this one after log_turns(), once what was logged until then is as
    /// safe as `appendfsync` wants it.
    void send_once_logged(std::shared_ptr<Connection> connection)
    {
        unlogged_.push_back(std::move(connection));
    }
    /// Whether log_turns() is going to be called.
    bool is_about_to_log() const { return !unlogged_.empty(); }
    void log_turns();
    void add(std::uint64_t session, Connection& connection) { open_[session] = &connection; }
    void remove(std::uint64_t session) { open_.erase(session); }
    void change_workspace(Session& session);
    void shut_down(const Server& asked);
    void log_attack(std::string_view address);

    Server& server;
    Log& log;

    PasswordGuesses guesses{log, server.clock};

    /// Memory for requests and for replies, lent to the connection that is being served: an idle
    /// one needs none, and the bytes that all use stay in the processor's cache.
    protocol::Buffer spare_input;
    protocol::Buffer spare_output;
    /// Room for the requests that are cut from the input of the connection that is being served.
    /// While a script takes long, others are served in the middle of its connection's turn.
    class Batch
    {
    public:
        explicit Batch(Connections& all) : all_(all), requests_(all.next_batch()) {}
        ~Batch() { --all_.batches_in_use_; }
        Batch(const Batch&) = delete;
        Batch& operator=(const Batch&) = delete;
        protocol::RequestBatch& operator*() { return requests_; }

    private:
        Connections& all_;
        protocol::RequestBatch& requests_;
    };

private:
    protocol::RequestBatch& next_batch();
    bool is_full(std::size_t beginning = 0) const;
    void turn_away(ClientSocket socket, const std::string& address, std::string_view reply);
    void configure(Socket& socket) const;

    std::function<void()> on_shutdown_;
    std::vector<std::unique_ptr<protocol::RequestBatch>> batches_;
    std::size_t batches_in_use_ = 0;
    std::map<std::uint64_t, Connection*> open_;          // by the session's id
    std::vector<std::shared_ptr<Connection>> unlogged_;  // whose replies wait for log_turns()
    // Places in the log, and whose replies wait until that is on the disk.
    std::deque<std::pair<std::uint64_t, std::shared_ptr<Connection>>> unsafe_;
    std::uint64_t last_checked_ = 0;
    store::TimePoint last_attack_{};
    AnchoredClock time_{wall_clock(), time_since_boot()};
    bool wall_clock_is_off_ = false;
};

}  // namespace server::net
