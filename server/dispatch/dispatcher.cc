#include "server/dispatch/dispatcher.h"

#include <fmt/format.h>

#include <chrono>
#include <string>

#include "server/dispatch/assign_events.h"

namespace server {

store::Assignments Dispatcher::assignments(store::Keyspace& keys)
{
    return {keys, *this, std::chrono::seconds{options_.assign_record_ttl_seconds}};
}

void Dispatcher::order_changed(int database, std::string_view order, store::AssignmentEvent event,
                               const store::AssignmentRecord& record)
{
    publish(order, event, record);
    if (record.state == store::AssignmentState::Offered && record.reservation) {
        offers_.set(database, order, record.reservation->expires_at);
    } else {
        offers_.clear(database, order);
    }
    wake_for_next_offer();
}

void Dispatcher::publish(std::string_view order, store::AssignmentEvent event,
                         const store::AssignmentRecord& record)
{
    if (pubsub_.silent()) return;
    const std::string message = to_json(order, event, record, clock_.now());
    pubsub_.publish(fmt::format("assign:{}", order), message);
    if (record.reservation)
        pubsub_.publish(fmt::format("assign:{}", record.reservation->driver), message);
}

void Dispatcher::wake_for_next_offer()
{
    if (offers_.all().empty()) {
        agenda_.cancel(wake_up_);
        wake_up_ = {};
        return;
    }
    const store::Deadline next = offers_.all().begin()->deadline;
    if (wake_up_ && wakes_at_ == next) return;
    agenda_.cancel(wake_up_);
    wakes_at_ = next;
    wake_up_ = agenda_.add(next, [this] { end_due_offers(); });
}

void Dispatcher::end_due_offers()
{
    wake_up_ = {};
    while (const auto offer = offers_.take_due(clock_.now_ms()))
        assignments(databases_[offer->database]).time_out(offer->order);
    wake_for_next_offer();
}

}  // namespace server
