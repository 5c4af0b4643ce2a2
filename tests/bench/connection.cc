#include "tests/bench/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "tests/bench/request_source.h"

namespace bench {

namespace {

constexpr std::size_t kRoom = 256 * 1024;

[[noreturn]] void fail(const char* what)
{
    throw std::runtime_error{std::string{what} + ": " + std::strerror(errno)};
}

}  // namespace

Connection::Connection(std::uint16_t port, bool keep_last_reply)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      scanner_(keep_last_reply),
      room_(kRoom)
{
    if (descriptor_ < 0) fail("socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        fail("connect");
    const int on = 1;
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() { ::close(descriptor_); }

void Connection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool Connection::receive() { return receive(Wait::No); }

bool Connection::receive(Wait wait)
{
    const auto size =
        ::recv(descriptor_, room_.data(), room_.size(), wait == Wait::Yes ? 0 : MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (size < 0) fail("recv");
    if (size == 0) throw std::runtime_error{"the server closed the connection"};
    scanner_.feed({room_.data(), static_cast<std::size_t>(size)});
    return true;
}

void Connection::await(std::uint64_t replies)
{
    while (scanner_.replies() < replies) receive(Wait::Yes);
}

const std::string& Connection::call(const std::vector<std::string>& words)
{
    request_.clear();
    append_request(request_, words);
    const auto awaited = scanner_.replies() + 1;
    send(request_);
    await(awaited);
    return scanner_.last_reply();
}

}  // namespace bench
