#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/agenda.h"
#include "server/gateway/http.h"
#include "server/gateway/order_events.h"
#include "store/geo/geo.h"

namespace server::gateway {

class DriverSocket;
class Gateway;
class Inputs;
class Problem;

/// The drivers whose app is connected, each by its newest socket.
class DriverSockets
{
public:
    explicit DriverSockets(Gateway& gateway) : gateway_(gateway) {}
    ~DriverSockets();
    DriverSockets(const DriverSockets&) = delete;
    DriverSockets& operator=(const DriverSockets&) = delete;

    bool has(std::string_view member) const { return by_member_.contains(member); }
    std::size_t size() const { return by_member_.size(); }

    void order_changed(const OrderEvent& event);

    /// Takes drivers off whose socket has been gone for `http-driver-gone` seconds.
    void take_off_the_gone();

    /// CLIENT PAUSE is over: what this driver said in it is heard.
    void go_on(std::string_view member);

    // For the sockets:
    void add(DriverSocket& socket);
    void remove(DriverSocket& socket);

private:
    Gateway& gateway_;
    std::map<std::string, DriverSocket*, std::less<>> by_member_;
    /// The available set of each driver who may be taken off soon, and when.
    std::map<std::string, std::pair<std::string, Agenda::Item>, std::less<>> leaving_;
    std::vector<std::string> due_;
};

/// One driver's app: reports positions, is offered orders, and answers.
class DriverSocket final : public SocketListener
{
public:
    DriverSocket(Gateway& gateway, std::string id, std::string city);

    void opened(WebSocket& socket) override;
    void received(std::string_view text) override;
    /// Of the positions of a burst, the last one counts.
    void burst_ended() override;
    void closed() override;

    void order_changed(const OrderEvent& event);
    /// The driver has connected anew.
    void replace();
    /// CLIENT PAUSE is over.
    void go_on();

    const std::string& member() const { return member_; }
    const std::string& city() const { return city_; }

private:
    struct Reported
    {
        store::Place place;
        std::optional<double> at_ms;
        bool force;
    };

    static constexpr std::size_t kMaxWaiting = 100;

    void act(const Inputs& inputs);
    void wait_for_pause(std::string_view text);
    void report(const Problem& problem);
    void put_last_position();
    void answer_order(std::string_view command, const Inputs& inputs);
    void greet();

    Gateway& gateway_;
    const std::string id_;
    const std::string member_;
    const std::string city_;
    WebSocket* socket_ = nullptr;
    std::optional<Reported> last_position_;
    std::vector<std::string> waiting_;  // what was said during CLIENT PAUSE
    bool waits_ = false;
};

}  // namespace server::gateway
