#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/log.h"
#include "server/net/asio.h"
#include "server/net/connections.h"
#include "server/net/listeners.h"
#include "server/server.h"

namespace tests {

/// A whole server on free ports of this machine, in this process and thread: it runs while a client
/// waits for something, and only then.
class Loopback
{
public:
    explicit Loopback(server::Options options = default_options(),
                      std::span<const server::Command> more_commands = {});

    static server::Options default_options();

    int port() const { return server.options.port; }

    /// Runs one handler that is ready, and waits a moment for one if none is. A test that gets
    /// nowhere for long fails.
    void run_some();
    /// Runs until the condition holds.
    template <class Condition>
    void run_until(Condition holds)
    {
        while (!holds()) run_some();
    }

    server::Server server;
    server::Log log;
    asio::io_context io{ASIO_CONCURRENCY_HINT_UNSAFE};
    bool shut_down = false;
    server::net::Connections connections;
    server::net::Listeners listeners;

private:
    int idle_rounds_ = 0;
};

/// A client of it, on a socket of its own.
class Client
{
public:
    explicit Client(Loopback& server);
    Client(Loopback& server, const std::string& unix_path);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// Sends all of the bytes; the server runs when the socket is full.
    void send(std::string_view bytes);
    /// Sends what the socket takes at once, and returns how much that was.
    std::size_t send_some(std::string_view bytes);
    /// The next so many bytes, or fewer if the server closes the connection before.
    std::string receive(std::size_t size);
    /// All that comes until the server closes the connection.
    std::string receive_all();
    /// Sends the bytes and receives as much as the answer should have.
    std::string ask(std::string_view bytes, std::string_view answer);

    void close_sending_side();
    void close();

private:
    bool read();

    Loopback& server_;
    int socket_ = -1;
    bool closed_ = false;
    std::string received_;
};

}  // namespace tests
