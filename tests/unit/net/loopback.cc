#include "tests/unit/net/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "server/net/wall_clock.h"

namespace tests {
namespace {

constexpr int kMaxIdleRounds = 10'000;  // of at most a millisecond

}  // namespace

server::Options Loopback::default_options()
{
    server::Options options;
    options.bind = {"127.0.0.1"};
    options.port = 0;
    options.log_file = "/dev/null";
    return options;
}

Loopback::Loopback(server::Options options, std::span<const server::Command> more_commands)
    : server(std::move(options), more_commands),
      log(server.options, server.clock),
      connections(server, log, [this] { shut_down = true; }),
      listeners(io, connections)
{
    server.timekeeper.observe(server::net::wall_clock());
    listeners.start();
}

void Loopback::run_some()
{
    if (io.poll_one() != 0 || io.run_one_for(std::chrono::milliseconds{1}) != 0) {
        idle_rounds_ = 0;
    } else if (++idle_rounds_ == kMaxIdleRounds) {
        throw std::runtime_error{"the server has nothing more to do, and the test waits"};
    }
}

Client::Client(Loopback& server) : server_(server)
{
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error{std::strerror(errno)};
}

Client::Client(Loopback& server, const std::string& unix_path) : server_(server)
{
    socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, unix_path.c_str(), sizeof address.sun_path - 1);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error{std::strerror(errno)};
}

Client::~Client() { close(); }

void Client::close()
{
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void Client::close_sending_side() { shutdown(socket_, SHUT_WR); }

std::size_t Client::send_some(std::string_view bytes)
{
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void Client::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        bytes.remove_prefix(send_some(bytes));
        if (!bytes.empty()) server_.run_some();
    }
}

bool Client::read()
{
    char bytes[1 << 16];
    const ssize_t size = recv(socket_, bytes, sizeof bytes, MSG_DONTWAIT);
    if (size > 0) received_.append(bytes, static_cast<std::size_t>(size));
    closed_ |= size == 0 || (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return size > 0;
}

std::string Client::receive(std::size_t size)
{
    while (received_.size() < size && !closed_) {
        if (!read() && !closed_) server_.run_some();
    }
    std::string result = received_.substr(0, size);
    received_.erase(0, size);
    return result;
}

std::string Client::receive_all() { return receive(std::string::npos); }

std::string Client::ask(std::string_view bytes, std::string_view answer)
{
    send(bytes);
    return receive(answer.size());
}

}  // namespace tests
