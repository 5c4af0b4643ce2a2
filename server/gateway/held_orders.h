#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/gateway/http.h"
#include "server/gateway/order_events.h"

namespace server::gateway {

class Gateway;

/// Requests whose order is offered to a driver: they are answered when somebody has the order, or
/// when nobody will. A client that does not wait changes nothing for its order.
class HeldOrders
{
public:
    explicit HeldOrders(Gateway& gateway) : gateway_(gateway) {}

    struct Held
    {
        std::shared_ptr<Exchange> exchange;
        std::chrono::nanoseconds began;
        /// A driver whose socket is not open cannot be asked: they have the order at once.
        bool assign_the_silent;
    };

    /// Holds the request until the order is not offered any more. False, and not held, if too many
    /// are.
    bool hold(std::string_view order, Held held);

    void order_changed(const OrderEvent& event);
    /// Looks at all held orders: one whose key was deleted has no events any more.
    void check();

    std::size_t size() const { return by_order_.size(); }

private:
    void settle(const std::string& order, std::string_view reason);

    static constexpr std::size_t kMaxOrders = 10'000;
    static constexpr std::size_t kMaxRequests = 100;  // for one order

    Gateway& gateway_;
    std::map<std::string, std::vector<Held>, std::less<>> by_order_;
};

}  // namespace server::gateway
