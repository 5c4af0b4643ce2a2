#include "server/net/ticker.h"

#include <chrono>

#include "server/allocator.h"
#include "server/workspaces/workspaces.h"

namespace server::net {
namespace {

constexpr std::chrono::milliseconds kPeriod{10};
constexpr std::size_t kLooksInSecond = std::chrono::seconds{1} / kPeriod;

}  // namespace

Ticker::Ticker(asio::io_context& io, Connections& connections)
    : timer_(io), connections_(connections)
{}

void Ticker::wait()
{
    timer_.expires_after(kPeriod);
    timer_.async_wait([this](const Error& error) {
        if (!error) tick();
    });
}

void Ticker::tick()
{
    Server& server = connections_.server;
    connections_.observe_time();
    bool more = server.tick();
    more |= server.workspaces.tick();
    look_after_connections();
    if (!more) return wait();
    // At once, but after the clients that are ready.
    timer_.expires_after(std::chrono::seconds{0});
    timer_.async_wait([this](const Error& error) {
        if (!error) tick();
    });
}

// By the time that has passed, not by the number of ticks: there may be many or few of them.
void Ticker::look_after_connections()
{
    const auto now = std::chrono::steady_clock::now();
    if (now - last_look_ < kPeriod) return;
    last_look_ = now;
    connections_.follow_wall_clock();
    connections_.check_patience(connections_.size() / kLooksInSecond + 1);
    return_free_memory();
}

}  // namespace server::net
