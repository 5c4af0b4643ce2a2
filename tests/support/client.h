#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/server.h"
#include "server/workspaces/workspaces.h"

namespace tests {

/// The commands for tests are allowed.
inline server::Options options_for_tests()
{
    server::Options options;
    options.enable_test_commands = "yes";
    return options;
}

/// A client without a socket: requests go straight into the executor, replies come back as RESP
/// bytes. Time stands still unless the test moves `clock`.
///
///     Client client;
///     CHECK(client("SADD", "drivers", "anna") == ":1\r\n");
class Client
{
public:
    /// A client of a new server whose clock stands at 2023-11-14 22:13:20 UTC.
    explicit Client(server::Options options = {},
                    std::span<const server::Command> more_commands = {})
        : server_(std::make_shared<server::Server>(std::move(options), more_commands)),
          clock(server_->clock)
    {
        clock.set(store::TimePoint{std::chrono::seconds{1'700'000'000}});
        server_->open(session_);
    }

    /// One more client of the same server.
    Client(const Client& other) : server_(other.server_), clock(server_->clock)
    {
        server_->open(session_);
    }
    Client& operator=(const Client&) = delete;

    ~Client() { server_->workspaces.close(session_); }

    /// Sends one request and returns the bytes of the reply.
    template <class... Words>
    std::string operator()(const Words&... words)
    {
        const std::string_view request[] = {std::string_view{words}...};
        return run(request);
    }

    std::string run(std::span<const std::string_view> request)
    {
        protocol::ReplyWriter reply{session_.output, session_.protocol};
        session_.server->executor.execute({session_, server::Origin::Client, request, reply});
        if (session_.next_workspace != nullptr) server_->workspaces.follow(session_);
        return take_output();
    }

    /// What has been sent to this client since its last request: messages, or the reply that it
    /// waited for.
    std::string take_output()
    {
        std::string output{session_.output.view()};
        session_.output.clear();
        return output;
    }

    std::string run(std::span<const std::string> request)
    {
        const std::vector<std::string_view> views{request.begin(), request.end()};
        return run(std::span<const std::string_view>{views});
    }

    /// The server itself, or the workspace that the client has gone to.
    server::Server& server() { return *session_.server; }
    server::Session& session() { return session_; }

private:
    std::shared_ptr<server::Server> server_;
    server::Session session_;

public:
    store::Clock& clock;
};

}  // namespace tests
