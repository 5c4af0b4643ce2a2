#pragma once

#include <string>

#include "server/net/asio.h"

namespace server::net {

/// "127.0.0.1:6379", "[::1]:6379" or, for a Unix socket, "/path:0", as in CLIENT LIST.
std::string to_text(const Endpoint& endpoint);

/// Whether the endpoint is on this machine: 127.0.0.0/8, ::1 or a Unix socket.
bool is_local(const Endpoint& endpoint);

/// 0 for a Unix socket.
int port_of(const Endpoint& endpoint);

/// The place that a word of `bind` names: "*" is every IPv4 address, "::*" every IPv6 address;
/// others are addresses or host names. Throws asio::system_error.
Endpoint resolve(asio::io_context& io, const std::string& word, int port);

}  // namespace server::net
