#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/reply_reader.h"
#include "protocol/reply_text.h"
#include "server/server.h"
#include "server/workspaces/workspaces.h"

/// A server inside a test program, without a socket, for Catch2, GoogleTest or any other:
///
///     dabba::Server server;
///     dabba::Client client{server};
///     CHECK(client("SET", "lock", "mine", "NX", "EX", "30") == "OK");
///     server.advance(30s);
///     CHECK(client("GET", "lock") == "(nil)");
///
/// Link with server_core of Dabba's build. Time stands still unless the test moves it.
namespace dabba {

/// All control commands are allowed, and workspaces.
class Server
{
public:
    /// The clock begins at 2023-11-14 22:13:20 UTC.
    explicit Server(server::Options options = {})
    {
        options.enable_test_commands = "yes";
        options.workspaces = true;
        server_ = std::make_unique<server::Server>(std::move(options));
        server_->clock.set(store::TimePoint{std::chrono::seconds{1'700'000'000}});
    }

    /// All that is due on the way happens at its own moment: keys expire, waiting clients give up.
    void advance(std::chrono::microseconds by) { server_->travel_to(server_->clock.now() + by); }

    server::Server& parts() { return *server_; }

private:
    std::unique_ptr<server::Server> server_;
};

/// One client. It must not outlive its server.
class Client
{
public:
    explicit Client(Server& server) : server_(server.parts()) { server_.open(session_); }
    ~Client() { server_.workspaces.close(session_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The reply as redis-cli prints it; empty if the client waits, or gets none.
    template <class... Words>
    std::string operator()(const Words&... words)
    {
        const std::string_view request[] = {std::string_view{words}...};
        protocol::ReplyWriter reply{session_.output, session_.protocol};
        session_.server->executor.execute({session_, server::Origin::Client, request, reply});
        if (session_.next_workspace != nullptr) server_.workspaces.follow(session_);
        return received();
    }

    /// What came since: the reply that the client waited for, or a message.
    std::string received()
    {
        const std::string bytes{session_.output.view()};
        session_.output.clear();
        return bytes.empty() ? bytes : protocol::to_text(protocol::read_reply(bytes));
    }

    bool waits() const { return session_.blocked; }
    /// A fault, QUIT or the like has ended the connection.
    bool is_closed() const { return session_.close_after_reply; }

private:
    server::Server& server_;
    server::Session session_;
};

}  // namespace dabba
