// A server that sends back what it reads, and does nothing else: what Asio and the kernel cost
// without us. Written as Asio's own examples are.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "server/net/asio.h"

namespace {

using asio::ip::tcp;

class Echo : public std::enable_shared_from_this<Echo>
{
public:
    explicit Echo(tcp::socket socket) : socket_(std::move(socket)) {}

    void read()
    {
        auto self = shared_from_this();
        socket_.async_read_some(asio::buffer(bytes_), [self](const auto& error, std::size_t size) {
            if (!error) self->write(0, size);
        });
    }

private:
    void write(std::size_t from, std::size_t to)
    {
        if (from == to) return read();
        auto self = shared_from_this();
        socket_.async_write_some(asio::buffer(bytes_ + from, to - from),
                                 [self, from, to](const auto& error, std::size_t size) {
                                     if (!error) self->write(from + size, to);
                                 });
    }

    tcp::socket socket_;
    char bytes_[64 * 1024];
};

void accept(tcp::acceptor& acceptor)
{
    acceptor.async_accept([&acceptor](const auto& error, tcp::socket socket) {
        if (error) return;
        socket.set_option(tcp::no_delay{true});
        std::make_shared<Echo>(std::move(socket))->read();
        accept(acceptor);
    });
}

}  // namespace

int main(int count, char** words)
{
    const int port = count > 1 ? std::atoi(words[1]) : 0;
    asio::io_context io{1};
    tcp::acceptor acceptor{io,
                           {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)}};
    std::printf("Listening on 127.0.0.1:%d\n", acceptor.local_endpoint().port());
    std::fflush(stdout);
    accept(acceptor);
    io.run();
}
