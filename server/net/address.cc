#include "server/net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string_view>

namespace server::net {
namespace {

// The endpoint's bytes as the structure that they are: copied, for they may be aligned otherwise.
template <class Address>
Address as(const Endpoint& endpoint)
{
    Address address{};
    std::memcpy(&address, endpoint.data(), std::min(endpoint.size(), sizeof address));
    return address;
}

int family(const Endpoint& endpoint) { return endpoint.protocol().family(); }

std::string unix_path(const Endpoint& endpoint)
{
    constexpr std::size_t kPath = offsetof(sockaddr_un, sun_path);
    if (endpoint.size() <= kPath) return {};
    const auto address = as<sockaddr_un>(endpoint);
    return {address.sun_path, strnlen(address.sun_path, endpoint.size() - kPath)};
}

}  // namespace

std::string to_text(const Endpoint& endpoint)
{
    char host[INET6_ADDRSTRLEN] = "?";
    if (family(endpoint) == AF_INET) {
        const auto address = as<sockaddr_in>(endpoint);
        inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
        return fmt::format("{}:{}", host, ntohs(address.sin_port));
    }
    if (family(endpoint) == AF_INET6) {
        const auto address = as<sockaddr_in6>(endpoint);
        inet_ntop(AF_INET6, &address.sin6_addr, host, sizeof host);
        return fmt::format("[{}]:{}", host, ntohs(address.sin6_port));
    }
    return unix_path(endpoint) + ":0";
}

bool is_local(const Endpoint& endpoint)
{
    if (family(endpoint) == AF_INET) {
        constexpr std::uint32_t kLoopback = 127;
        return ntohl(as<sockaddr_in>(endpoint).sin_addr.s_addr) >> 24 == kLoopback;
    }
    if (family(endpoint) == AF_INET6) {
        const auto address = as<sockaddr_in6>(endpoint);
        return IN6_IS_ADDR_LOOPBACK(&address.sin6_addr);
    }
    return true;
}

int port_of(const Endpoint& endpoint)
{
    if (family(endpoint) == AF_INET) return ntohs(as<sockaddr_in>(endpoint).sin_port);
    if (family(endpoint) == AF_INET6) return ntohs(as<sockaddr_in6>(endpoint).sin6_port);
    return 0;
}

Endpoint resolve(asio::io_context& io, const std::string& word, int port)
{
    using asio::ip::tcp;
    const auto number = static_cast<asio::ip::port_type>(port);
    if (word == "*") return tcp::endpoint{tcp::v4(), number};
    if (word == "::*") return tcp::endpoint{tcp::v6(), number};
    Error no_address;
    const auto address = asio::ip::make_address(word, no_address);
    if (!no_address) return tcp::endpoint{address, number};
    tcp::resolver resolver{io};
    return resolver.resolve(tcp::v4(), word, std::to_string(port)).begin()->endpoint();
}

}  // namespace server::net
