#pragma once

#include "server/net/asio.h"
#include "server/net/connections.h"

namespace server::net {

/// Does on time what only time makes due: every 10 ms it sets the clock and lets the server tick,
/// once a second it looks at clients that are silent or slow.
class Ticker
{
public:
    Ticker(asio::io_context& io, Connections& connections);

    /// Ticks until the ticker is destroyed.
    void start() { wait(); }

private:
    void wait();
    void tick();

    Timer timer_;
    Connections& connections_;
    int ticks_ = 0;
};

}  // namespace server::net
