#pragma once

#include <optional>
#include <set>
#include <string>

#include "server/gateway/http.h"
#include "server/gateway/order_events.h"

namespace server::gateway {

/// One reader of all events of orders. It is sent what it has room for; what it missed meanwhile,
/// and cannot be sent any more, it is told.
class EventSocket final : public SocketListener
{
public:
    /// `since`: the last event that the client knows of. An empty city: all of them.
    EventSocket(const OrderEvents& events, std::set<EventSocket*>& all, std::string run,
                std::string city, std::optional<std::uint64_t> since)
        : events_(events),
          all_(all),
          run_(std::move(run)),
          city_(std::move(city)),
          since_(since),
          next_(events.newest() + 1)
    {}
    ~EventSocket() override { all_.erase(this); }

    void opened(WebSocket& socket) override;
    void received(std::string_view) override {}
    void drained() override { go_on(); }
    void closed() override;

    /// Sends what has happened since.
    void go_on();

private:
    void begin_after(std::uint64_t since);
    void say_missed(std::uint64_t from, std::uint64_t to);

    /// While more than this waits, nothing is added.
    static constexpr std::size_t kMaxUnsent = 256 * 1024;

    const OrderEvents& events_;
    std::set<EventSocket*>& all_;
    const std::string run_;
    const std::string city_;
    const std::optional<std::uint64_t> since_;
    std::uint64_t next_;
    WebSocket* socket_ = nullptr;
};

}  // namespace server::gateway
