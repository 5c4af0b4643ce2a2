#include "server/gateway/held_orders.h"

#include <utility>

#include "server/gateway/delivery.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"

namespace server::gateway {

bool HeldOrders::hold(std::string_view order, Held held)
{
    if (by_order_.size() >= kMaxOrders) return false;
    auto& requests = by_order_[std::string{order}];
    if (requests.size() >= kMaxRequests) return false;
    requests.push_back(std::move(held));
    return true;
}

void HeldOrders::order_changed(const OrderEvent& event)
{
    const auto found = by_order_.find(event.order);
    if (found == by_order_.end()) return;
    if (event.event == store::AssignmentEvent::Offered) {
        const bool assign = std::ranges::any_of(
            found->second, [](const Held& held) { return held.assign_the_silent; });
        if (assign && !gateway_.can_be_asked(event.driver))
            gateway_.accept(event.order, event.token);
        return;
    }
    settle(event.order, event.reason);
}

void HeldOrders::check()
{
    std::vector<std::string> orders;
    for (const auto& [order, held] : by_order_) orders.push_back(order);
    for (const std::string& order : orders) settle(order, {});
}

// What the event says may be over: another driver may have been asked since. The record knows.
void HeldOrders::settle(const std::string& order, std::string_view reason)
{
    const std::string_view get[] = {"ASSIGN.GET", order};
    gateway_.commands.authenticate(true);
    const protocol::Value record = gateway_.commands.run(get);
    const std::string_view state = state_of(record);
    if (state == "offered") return;
    auto node = by_order_.extract(order);
    if (node.empty()) return;
    for (const Held& held : node.mapped()) {
        if (state == "assigned" || state == "completed") {
            held.exchange->respond({.body = to_text(delivery_of(gateway_, record, held.began))});
        } else {
            held.exchange->respond(to_response(problem_without_driver(record, reason)));
        }
    }
}

}  // namespace server::gateway
