#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include "server/net/asio.h"
#include "server/net/tls_session.h"

namespace server::net {

/// What a client's bytes come and go through: its socket, or TLS on that. Which of them is a look
/// at one pointer; both read and write without waiting, with the same errors.
class ClientSocket
{
public:
    explicit ClientSocket(Socket socket, std::unique_ptr<TlsSession> tls = nullptr)
        : socket_(std::move(socket)), tls_(std::move(tls))
    {}

    std::size_t read_some(char* room, std::size_t size, Error& error)
    {
        if (tls_ != nullptr) [[unlikely]]
            return tls_->read_some(room, size, error);
        return socket_.read_some(asio::buffer(room, size), error);
    }

    /// After would_block, the same bytes must come first: see TlsSession::write_some().
    std::size_t write_some(std::string_view bytes, Error& error)
    {
        if (tls_ != nullptr) [[unlikely]]
            return tls_->write_some(bytes, error);
        return socket_.write_some(asio::buffer(bytes), error);
    }

    /// Calls `handler` with an error, or none once there may be something to read. What TLS has
    /// already taken from the socket is read in a turn of its own, too.
    template <class Handler>
    void wait_to_read(Handler handler)
    {
        if (tls_ != nullptr && tls_->has_more()) [[unlikely]] {
            asio::post(socket_.get_executor(),
                       [handler = std::move(handler)]() mutable { handler(Error{}); });
        } else {
            socket_.async_wait(Socket::wait_read, std::move(handler));
        }
    }

    template <class Handler>
    void wait_to_write(Handler handler)
    {
        socket_.async_wait(Socket::wait_write, std::move(handler));
    }

    void close()
    {
        if (tls_ != nullptr) tls_->say_goodbye();
        Error ignored;
        socket_.close(ignored);
    }

    bool is_open() const { return socket_.is_open(); }
    int descriptor() { return socket_.native_handle(); }
    Executor executor() { return socket_.get_executor(); }
    /// The socket itself, for its addresses and options.
    Socket& socket() { return socket_; }
    const Socket& socket() const { return socket_; }

private:
    Socket socket_;
    std::unique_ptr<TlsSession> tls_;  // nullptr: plain
};

}  // namespace server::net
