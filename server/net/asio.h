#pragma once

// The one door to Asio. Asio 1.22.1 chooses another allocator when one of its headers is the first
// that a file includes: an ODR violation that ends in an abort under AddressSanitizer. So a
// standard header comes first, the macros are the same everywhere, and nobody includes Asio
// directly.
#include <memory>

#define ASIO_STANDALONE 1
#define ASIO_NO_DEPRECATED 1
#define ASIO_DISABLE_STD_ALIGNED_ALLOC 1

#include <asio/basic_socket_acceptor.hpp>
#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>

namespace server::net {

/// TCP and Unix sockets alike.
using Socket = asio::generic::stream_protocol::socket;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Error = asio::error_code;

}  // namespace server::net
