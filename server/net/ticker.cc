#include "server/net/ticker.h"

#include <chrono>

#include "server/net/wall_clock.h"

namespace server::net {
namespace {

constexpr std::chrono::milliseconds kPeriod{10};
constexpr int kTicksInSecond = 100;

}  // namespace

Ticker::Ticker(asio::io_context& io, Connections& connections)
    : timer_(io), connections_(connections)
{}

void Ticker::wait()
{
    timer_.expires_after(kPeriod);
    timer_.async_wait([this](const Error& error) {
        if (error) return;
        if (++ticks_ % kTicksInSecond == 0) connections_.check_patience();
        tick();
    });
}

void Ticker::tick()
{
    Server& server = connections_.server;
    server.timekeeper.observe(wall_clock());
    if (server.tick()) {
        // More is due: at once, but after the clients that are ready, for whom nobody else cares.
        timer_.expires_after(std::chrono::seconds{0});
        timer_.async_wait([this](const Error& error) {
            if (!error) tick();
        });
    } else {
        wait();
    }
}

}  // namespace server::net
