#include "tests/support/socket_target.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

namespace tests {

using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 10s;
// Long enough for a reply that should not come to come, short enough to wait for a few times.
constexpr auto kSilencePatience = 30ms;

bool same_word(std::string_view left, const char* right)
{
    return left.size() == std::strlen(right) && strncasecmp(left.data(), right, left.size()) == 0;
}

bool is_client_reply(std::span<const std::string> arguments, const char* mode)
{
    return arguments.size() == 3 && same_word(arguments[0], "CLIENT") &&
           same_word(arguments[1], "REPLY") && same_word(arguments[2], mode);
}

std::vector<std::string> words(std::initializer_list<std::string> list) { return list; }

}  // namespace

Address parse_address(std::string_view text)
{
    Address address{.host = "127.0.0.1"};
    if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
        address.host = text.substr(0, colon);
        text.remove_prefix(colon + 1);
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), address.port);
    if (error != std::errc{} || end != text.data() + text.size() || address.port == 0) {
        throw std::invalid_argument{"not an address: HOST:PORT or PORT is expected"};
    }
    return address;
}

std::string encode_request(std::span<const std::string> arguments)
{
    std::string bytes = "*" + std::to_string(arguments.size()) + "\r\n";
    for (const auto& argument : arguments) {
        bytes += "$" + std::to_string(argument.size()) + "\r\n" + argument + "\r\n";
    }
    return bytes;
}

SocketConnection::SocketConnection(Address address) : address_(std::move(address)) {}

SocketConnection::~SocketConnection() { close(); }

void SocketConnection::connect()
{
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) throw TargetError{"no socket"};
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(address_.port);
    if (inet_pton(AF_INET, address_.host.c_str(), &where.sin_addr) != 1 ||
        ::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) {
        close();
        throw TargetError{"cannot connect to " + address_.host + ":" +
                          std::to_string(address_.port)};
    }
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void SocketConnection::close()
{
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
    silence_ = Silence::None;
    input_.clear();
}

void SocketConnection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) {
            close();
            throw TargetError{"the server closed the connection"};
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool SocketConnection::receive(std::chrono::milliseconds patience)
{
    pollfd poll{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&poll, 1, static_cast<int>(patience.count())) <= 0) return false;
    char buffer[65536];
    const auto received = ::recv(socket_, buffer, sizeof buffer, 0);
    if (received <= 0) {
        close();
        throw TargetError{"the server closed the connection"};
    }
    input_.append(buffer, static_cast<std::size_t>(received));
    return true;
}

std::string SocketConnection::receive_reply(std::chrono::milliseconds patience)
{
    while (true) {
        std::size_t used = 0;
        if (!input_.empty() && reader_.next(input_, used)) {
            std::string reply = input_.substr(0, used);
            input_.erase(0, used);
            return reply;
        }
        if (!receive(patience)) return {};
    }
}

void SocketConnection::send_request(std::span<const std::string> arguments)
{
    // The server may have closed in the meantime: after QUIT, or because another client killed us.
    if (socket_ >= 0 && input_.empty()) {
        char byte = 0;
        if (::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) close();
    }
    if (socket_ < 0) connect();
    send(encode_request(arguments));
}

std::string SocketConnection::execute(std::span<const std::string> arguments)
{
    send_request(arguments);

    if (is_client_reply(arguments, "OFF")) silence_ = Silence::Lasting;
    const bool may_be_silent = silence_ != Silence::None || is_client_reply(arguments, "SKIP");
    if (silence_ == Silence::Next) silence_ = Silence::None;
    if (is_client_reply(arguments, "SKIP")) silence_ = Silence::Next;

    auto reply = receive_reply(may_be_silent ? std::chrono::milliseconds{kSilencePatience}
                                             : std::chrono::milliseconds{kPatience});
    if (reply.empty() && !may_be_silent) throw TargetError{"the server did not answer"};
    if (!reply.empty()) silence_ = Silence::None;
    // Not to be caught between its goodbye and its closing.
    if (same_word(arguments[0], "QUIT") && reply == "+OK\r\n") close();
    return reply;
}

std::optional<std::string> SocketConnection::begin(std::span<const std::string> arguments)
{
    send_request(arguments);
    return reply_meanwhile();
}

/// A client that is neither answered nor marked as blocked has not been looked at yet, or its reply
/// is on the way.
std::optional<std::string> SocketConnection::reply_meanwhile()
{
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < end) {
        if (auto reply = receive_reply(0ms); !reply.empty()) return reply;
        if (listed("flags").find('b') != std::string::npos) return std::nullopt;
    }
    throw TargetError{"the server neither answers nor lets the client wait"};
}

std::string SocketConnection::client_id() { return listed("id"); }

std::string SocketConnection::listed(std::string_view field)
{
    sockaddr_in own{};
    socklen_t size = sizeof own;
    if (socket_ < 0 || getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
        return {};
    if (observer_ == nullptr) observer_ = std::make_unique<SocketConnection>(address_);
    const auto list = protocol::read_reply(observer_->execute(words({"CLIENT", "LIST"}))).text;
    const auto port = ":" + std::to_string(ntohs(own.sin_port)) + " laddr=";
    const auto at = list.find(port);
    if (at == std::string::npos) return {};
    const auto line = " " + list.substr(list.rfind('\n', at) + 1);
    const auto name = " " + std::string{field} + "=";
    const auto value = line.find(name) + name.size();
    return line.substr(value, line.find_first_of(" \n", value) - value);
}

std::unique_ptr<Connection> SocketTarget::connect()
{
    return std::make_unique<SocketConnection>(address_);
}

void SocketTarget::advance(std::chrono::milliseconds by)
{
    SocketConnection side{address_};
    for (int database = 0; database < 16; ++database) {
        side.execute(words({"SELECT", std::to_string(database)}));
        const auto keys = protocol::read_reply(side.execute(words({"KEYS", "*"})));
        for (const auto& key : keys.elements) {
            const auto left = protocol::read_reply(side.execute(words({"PTTL", key.text}))).integer;
            if (left < 0) continue;
            side.execute(words({"PEXPIRE", key.text, std::to_string(left - by.count())}));
        }
    }
}

}  // namespace tests
