#pragma once

// The one door to Asio. Asio 1.22.1 chooses another allocator when one of its headers is the first
// that a file includes: an ODR violation that ends in an abort under AddressSanitizer. So a
// standard header comes first, the macros are the same everywhere, and no other file includes Asio
// directly, but through RESTinio, which needs what ASIO_NO_DEPRECATED would take away.
#include <chrono>
#include <memory>

#define ASIO_STANDALONE 1
#define ASIO_DISABLE_STD_ALIGNED_ALLOC 1

#include <asio/basic_socket_acceptor.hpp>
#include <asio/basic_stream_socket.hpp>
#include <asio/basic_waitable_timer.hpp>
#include <asio/buffer.hpp>
#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/posix/basic_stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/signal_set.hpp>

namespace server::net {

/// TCP and Unix sockets alike. Asio's own aliases would decide at run time which executor they
/// have, at a price for each request.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Error = asio::error_code;

}  // namespace server::net
