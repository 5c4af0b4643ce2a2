#pragma once

#include <chrono>

#include "server/net/asio.h"
#include "server/net/connections.h"

namespace server::net {

/// Does on time what only time makes due, whatever else there is to do. Every 10 ms it sets the
/// clock, lets the server tick, looks at a hundredth of the connections (so that each has its turn
/// once a second), and lets memory that has been free for some time go back to the system. While
/// the server has more to do, it ticks again between the turns of the clients that are ready.
class Ticker
{
public:
    Ticker(asio::io_context& io, Connections& connections);

    /// Ticks until the ticker is destroyed. May be called again, after an exception left
    /// io_context::run().
    void start() { wait(); }

private:
    void wait();
    void tick();
    void look_after_connections();

    Timer timer_;
    Connections& connections_;
    std::chrono::steady_clock::time_point last_look_{};
};

}  // namespace server::net
