#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "server/net/asio.h"

namespace server::net {

/// An address cannot be listened on. what() is one line: "Could not open 127.0.0.1:6379:
/// Address already in use".
class ListenError : public std::runtime_error
{
public:
    ListenError(const std::string& where, const Error& why);

    const Error& why() const { return why_; }

private:
    Error why_;
};

/// Accepts the clients of one address. Made by std::make_shared: it lives until it was told of its
/// last attempt to accept, whoever lets go of it before.
class Listener : public std::enable_shared_from_this<Listener>
{
public:
    using Welcome = std::function<void(Socket)>;

    /// Listens from now on; clients wait until start(). Throws ListenError.
    Listener(asio::io_context& io, const Endpoint& endpoint, int backlog);

    /// Hands every client over, until stop(). `troubled` is told, at most once a
    /// second, why no client can be accepted just now.
    void start(Welcome welcome, std::function<void(const Error&)> troubled);

    /// Accepts again, whatever became of the last attempt: after an exception left
    /// io_context::run().
    void resume();

    /// Closes the address: no client is handed over any more.
    void stop();

    /// Where it listens; with the port that was taken if 0 was asked for.
    Endpoint endpoint() const { return acceptor_.local_endpoint(); }

private:
    void accept();
    void rest();

    Acceptor acceptor_;
    Timer timer_;
    std::chrono::steady_clock::time_point last_trouble_{};
    bool stopped_ = false;
    Welcome welcome_;
    std::function<void(const Error&)> troubled_;
};

}  // namespace server::net
