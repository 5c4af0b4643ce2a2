#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/gateway/http.h"
#include "server/net/connections.h"

namespace server::gateway {

/// Listens for HTTP, and carries requests and WebSockets: on the server's own thread, and in turns
/// with the clients of RESP.
class HttpServer
{
public:
    /// Opens the addresses of `http-bind`, and puts the port that was taken into the options. All
    /// three must outlive it. Throws net::ListenError.
    HttpServer(asio::io_context& io, net::Connections& connections, RequestHandler& handler);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    void start();
    /// See net::Listener::resume().
    void resume();

    /// "127.0.0.1:8080", the first one first.
    std::vector<std::string> addresses() const;

    /// Connections of HTTP, and WebSockets.
    std::size_t connections() const;
    std::size_t web_sockets() const;

    /// Tells all WebSockets goodbye, and accepts no more.
    void close_all();

private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace server::gateway
