#include "server/gateway/farewell.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "server/gateway/status.h"

namespace server::gateway {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::size_t kMaxDropped = 4 * 1024 * 1024;

}  // namespace

std::string bytes_of(const Response& response)
{
    std::string bytes =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n", response.status,
                    reason_of(response.status), response.content_type, response.body.size());
    for (const auto& [name, value] : response.headers)
        bytes += fmt::format("{}: {}\r\n", name, value);
    return bytes + "Connection: close\r\n\r\n" + response.body;
}

/// One of them. It keeps itself alive while it waits.
class Farewell : public std::enable_shared_from_this<Farewell>
{
public:
    Farewell(Farewells& all, net::Socket socket)
        : all_(&all), socket_(std::move(socket)), timer_(socket_.get_executor())
    {}

    void wait()
    {
        timer_.expires_after(kPatience);
        timer_.async_wait([self = shared_from_this()](const net::Error& error) {
            if (!error) self->end();
        });
        wait_to_read();
    }

    /// All of them are going away.
    void detach() { all_ = nullptr; }

private:
    void wait_to_read()
    {
        socket_.async_wait(net::Socket::wait_read,
                           [self = shared_from_this()](const net::Error& error) {
                               if (!error && self->all_ != nullptr) self->drop();
                           });
    }

    void drop()
    {
        net::Error error;
        dropped_ += socket_.read_some(all_->bin(), error);
        const bool is_over = error && error != asio::error::would_block;
        if (is_over || dropped_ > kMaxDropped) return end();
        wait_to_read();
    }

    void end()
    {
        if (std::exchange(is_over_, true)) return;
        if (all_ != nullptr) all_->remove(*this);
        net::Error ignored;
        socket_.close(ignored);
        timer_.cancel();
    }

    Farewells* all_;
    net::Socket socket_;
    net::Timer timer_;
    std::size_t dropped_ = 0;
    bool is_over_ = false;
};

Farewells::~Farewells()
{
    for (Farewell* farewell : open_) farewell->detach();
}

// The few bytes fit into the socket's buffer: no need to wait for it.
void Farewells::say(net::Socket socket, const Response& response)
{
    net::Error ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(bytes_of(response)), ignored);
    socket.shutdown(net::Socket::shutdown_send, ignored);
    if (open_.size() >= kMaxOpen) return;
    const auto farewell = std::make_shared<Farewell>(*this, std::move(socket));
    open_.insert(farewell.get());
    farewell->wait();
}

}  // namespace server::gateway
