#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the rest of the gateway knows of HTTP and WebSockets. Only http_server.cc and
// web_socket_connection.cc know the library that carries them.
namespace server::gateway {

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Options, Other };

std::string_view name_of(Method method);

/// One request. Views: valid until it is answered.
struct Request
{
    Method method = Method::Get;
    std::string_view path;   ///< as it came, percent signs and all
    std::string_view query;  ///< what follows the question mark
    std::string_view body;
    std::string address;  ///< the client's, "127.0.0.1:51234"
    bool wants_web_socket = false;

    // The headers that matter here; empty if missing.
    std::string_view host;  ///< empty also if there are several
    std::string_view origin;
    std::string_view fetch_site;
    std::string_view authorization;
    std::string_view cookie;
    std::string_view content_type;
    std::string_view accept_encoding;
    std::string_view if_none_match;
    std::string_view workspace;  ///< of Dabba-Workspace
};

struct Response
{
    int status = 200;
    std::string_view content_type = "application/json";
    std::string body;
    std::string_view lasting_body;  ///< instead of `body`: bytes that outlive the program's work
    std::vector<std::pair<std::string_view, std::string>> headers;
    bool close = false;  ///< the connection ends after it
};

/// A message to a client of a WebSocket. Many sockets may share one.
struct Message
{
    enum class Kind : std::uint8_t { Text, Binary };

    Kind kind = Kind::Text;
    std::shared_ptr<const std::string> bytes;

    static Message text(std::string bytes)
    {
        return {Kind::Text, std::make_shared<const std::string>(std::move(bytes))};
    }
    static Message binary(std::string bytes)
    {
        return {Kind::Binary, std::make_shared<const std::string>(std::move(bytes))};
    }
};

/// Why a WebSocket is closed: the codes of RFC 6455, section 7.4.1.
enum class CloseCode : std::uint16_t {
    Normal = 1000,
    GoingAway = 1001,
    ProtocolError = 1002,
    UnsupportedData = 1003,
    BadData = 1007,
    PolicyViolation = 1008,
    TooBig = 1009,
    TryAgainLater = 1013,
};

/// Our end of a WebSocket: valid from SocketListener::opened() until closed().
class WebSocket
{
public:
    virtual ~WebSocket() = default;
    /// Queued, and sent soon. A client for whom more than 4 MB wait is disconnected; who sends much
    /// asks unsent() first.
    virtual void send(const Message& message) = 0;
    /// Bytes that the client has not taken yet.
    virtual std::size_t unsent() const = 0;
    /// Says goodbye; closed() follows, not before this returns.
    virtual void close(CloseCode code, std::string_view reason) = 0;
};

/// What is at our end of a WebSocket. Destroyed soon after closed().
class SocketListener
{
public:
    virtual ~SocketListener() = default;
    virtual void opened(WebSocket& socket) = 0;
    virtual void received(std::string_view text) = 0;
    /// All that had come by now was received: what came as a burst may be acted on as one.
    virtual void burst_ended() {}
    /// There was no room for more, and now the client has taken everything.
    virtual void drained() {}
    virtual void closed() = 0;

    std::shared_ptr<const void> alive;  ///< kept as long as this lives
};

/// The way back of one request: exactly one answer, at once or later. If it is destroyed without
/// one, the client gets a 500. A fault may have the connection end instead.
class Exchange
{
public:
    virtual ~Exchange() = default;
    virtual void respond(Response response) = 0;
    /// REQUIRES that the request wants a WebSocket.
    virtual void upgrade(std::unique_ptr<SocketListener> listener) = 0;
    /// The connection ends, without an answer or after half of it.
    virtual void drop() = 0;
    virtual void respond_half(Response response) = 0;
};

/// Takes the requests.
class RequestHandler
{
public:
    virtual ~RequestHandler() = default;
    /// Must not throw.
    virtual void handle(const Request& request, std::shared_ptr<Exchange> exchange) = 0;
};

}  // namespace server::gateway
