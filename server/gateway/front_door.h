#pragma once

#include <string>
#include <vector>

#include "server/gateway/gateways.h"
#include "server/gateway/http_server.h"
#include "server/net/asio.h"
#include "server/net/connections.h"

namespace server::gateway {

/// The gateways and what carries them, in the order in which they need each other.
class FrontDoor
{
public:
    /// Opens the addresses of `http-bind`. Both must outlive it. Throws net::ListenError.
    FrontDoor(asio::io_context& io, net::Connections& connections);

    void start() { http_.start(); }
    void resume() { http_.resume(); }
    /// Tells all who wait that the server goes down.
    void close_all();
    /// As a browser takes them: "http://127.0.0.1:8080".
    std::vector<std::string> addresses() const;

private:
    void go_on_soon();

    asio::io_context& io_;
    bool going_on_ = false;
    Gateways gateways_;
    HttpServer http_;
};

}  // namespace server::gateway
