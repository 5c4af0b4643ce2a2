#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "server/gateway/farewell.h"
#include "server/gateway/problem.h"
#include "server/net/asio.h"

// RESTinio hangs up on a request that is broken or over a limit, and tells its log why. Here its
// log and its sockets work together, so that the client is told, too.
namespace server::gateway {

// What a request's head may hold.
constexpr std::size_t kMaxTarget = 8 * 1024;
constexpr std::size_t kMaxHeaderName = 256;
constexpr std::size_t kMaxHeaderValue = 8 * 1024;
constexpr std::size_t kMaxHeaders = 100;

/// Why RESTinio is just about to hang up; nothing if it has a reason of its own.
class Refusals
{
public:
    /// Both must outlive the io_context's work.
    Refusals(asio::io_context& io, Farewells& farewells) : io_(io), farewells_(farewells) {}

    /// A line of RESTinio's log; a connection's end follows it at once.
    void note(std::string_view line);
    bool is_noted() const { return noted_.has_value(); }
    /// Tells the client.
    void say(asio::ip::tcp::socket& socket);

private:
    asio::io_context& io_;
    Farewells& farewells_;
    std::optional<Problem> noted_;
};

/// RESTinio's log.
class RestinioLog
{
public:
    explicit RestinioLog(std::shared_ptr<Refusals> refusals) : refusals_(std::move(refusals)) {}

    template <class Line>
    void trace(const Line&) const
    {}
    template <class Line>
    void info(const Line&) const
    {}
    template <class Line>
    void warn(const Line&) const
    {}
    template <class Line>
    void error(const Line& line) const
    {
        refusals_->note(line());
    }

private:
    std::shared_ptr<Refusals> refusals_;
};

/// The socket of one of RESTinio's connections. It answers `Expect: 100-continue`, which RESTinio
/// does not know, and says why a request is refused before it is closed.
class HttpStream : public asio::ip::tcp::socket
{
public:
    HttpStream(asio::ip::tcp::socket socket, std::shared_ptr<Refusals> refusals)
        : asio::ip::tcp::socket(std::move(socket)), refusals_(std::move(refusals))
    {}

    template <class Handler>
    void async_read_some(const asio::mutable_buffer& room, Handler&& handler)
    {
        meet_expectation();
        asio::ip::tcp::socket::async_read_some(
            room, [this, room, handler = std::forward<Handler>(handler)](const net::Error& error,
                                                                         std::size_t size) mutable {
                received_ = {static_cast<const char*>(room.data()), size};
                handler(error, size);
            });
    }

    template <class Buffers, class Handler>
    void async_write_some(const Buffers& buffers, Handler&& handler)
    {
        received_ = {};
        is_head_ = true;
        asio::ip::tcp::socket::async_write_some(buffers, std::forward<Handler>(handler));
    }

    void shutdown(shutdown_type what, net::Error& error);
    void close();

private:
    void meet_expectation();

    std::shared_ptr<Refusals> refusals_;
    std::string_view received_;  ///< the last bytes that came, if nothing was answered since
    bool is_head_ = true;        ///< a request's head is not over yet
};

}  // namespace server::gateway
