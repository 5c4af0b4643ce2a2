#include "server/net/listener.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <utility>

#include "server/net/address.h"

namespace server::net {
namespace {

// Out of descriptors or memory: the client stays in the queue, and asking again at once would spin.
constexpr std::chrono::milliseconds kRest{100};

}  // namespace

ListenError::ListenError(const std::string& where, const Error& why)
    : std::runtime_error(fmt::format("Could not open {}: {}", where, why.message())), why_(why)
{}

Listener::Listener(asio::io_context& io, const Endpoint& endpoint, int backlog)
    : acceptor_(io), timer_(io)
{
    const int family = endpoint.protocol().family();
    try {
        acceptor_.open(endpoint.protocol());
        if (family != AF_UNIX) acceptor_.set_option(asio::socket_base::reuse_address{true});
        // "*" and "::*" are two addresses with the same port.
        if (family == AF_INET6) acceptor_.set_option(asio::ip::v6_only{true});
        acceptor_.bind(endpoint);
        acceptor_.listen(backlog);
    } catch (const asio::system_error& error) {
        throw ListenError{to_text(endpoint), error.code()};
    }
}

void Listener::start(Welcome welcome, std::function<void(const Error&)> troubled)
{
    welcome_ = std::move(welcome);
    troubled_ = std::move(troubled);
    accept();
}

void Listener::resume()
{
    Error ignored;
    acceptor_.cancel(ignored);
    timer_.cancel();
    accept();
}

void Listener::accept()
{
    acceptor_.async_accept([this, self = shared_from_this()](const Error& error, Socket socket) {
        if (stopped_ || error == asio::error::operation_aborted) return;
        if (!error) {
            welcome_(std::move(socket));
        } else if (error != asio::error::connection_aborted) {
            const auto now = std::chrono::steady_clock::now();
            if (now - last_trouble_ > std::chrono::seconds{1}) troubled_(error);
            last_trouble_ = now;
            return rest();
        }
        accept();
    });
}

void Listener::rest()
{
    timer_.expires_after(kRest);
    timer_.async_wait([this, self = shared_from_this()](const Error& error) {
        if (!error && !stopped_) accept();
    });
}

void Listener::stop()
{
    stopped_ = true;
    Error ignored;
    acceptor_.close(ignored);
    timer_.cancel();
}

}  // namespace server::net
