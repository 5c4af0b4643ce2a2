#include "server/gateway/event_sockets.h"

#include <fmt/format.h>

namespace server::gateway {

void EventSocket::opened(WebSocket& socket)
{
    socket_ = &socket;
    all_.insert(this);
    socket.send(Message::text(fmt::format(R"({{"type":"hello","seq":{},"oldest":{},"run":"{}"}})",
                                          events_.newest(), events_.oldest(), run_)));
    if (since_) begin_after(*since_);
    go_on();
}

// A number from the future is one of a server that was restarted: all that is known is new.
void EventSocket::begin_after(std::uint64_t since)
{
    if (since <= events_.newest()) {
        next_ = since + 1;
        return;
    }
    socket_->send(Message::text(
        R"({"type":"missed","from":null,"to":null,"reason":"the server was restarted"})"));
    next_ = events_.oldest();
}

void EventSocket::closed()
{
    socket_ = nullptr;
    all_.erase(this);
}

void EventSocket::go_on()
{
    if (socket_ == nullptr) return;
    while (next_ <= events_.newest() && socket_->unsent() < kMaxUnsent) {
        if (next_ < events_.oldest()) {
            say_missed(next_, events_.oldest() - 1);
            next_ = events_.oldest();
        }
        const OrderEvent& event = events_.at(next_++);
        if (city_.empty() || city_of(event.geo) == city_) socket_->send(event.message);
    }
}

void EventSocket::say_missed(std::uint64_t from, std::uint64_t to)
{
    socket_->send(Message::text(fmt::format(R"({{"type":"missed","from":{},"to":{}}})", from, to)));
}

}  // namespace server::gateway
