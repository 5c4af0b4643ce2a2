#include "server/gateway/order_events.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/dispatch/assign_events.h"
#include "server/gateway/utf8.h"

namespace server::gateway {
namespace {

constexpr std::string_view kGeoPrefix = "drivers:geo:";

/// ASSIGN's own event, with the number and the city in front.
Message message_of(const OrderEvent& event, std::string_view json)
{
    return Message::text(to_utf8(fmt::format(R"({{"type":"event","seq":{},"city":{},{})", event.seq,
                                             quoted(city_of(event.geo)), json.substr(1))));
}

}  // namespace

void OrderEvents::order_changed(int database, std::string_view order, store::AssignmentEvent event,
                                const store::AssignmentRecord& record, std::string_view reason)
{
    if (database != 0) return;
    OrderEvent noted{.seq = last_seq_ + 1,
                     .event = event,
                     .order = std::string{order},
                     .geo = record.search.geo,
                     .reason = std::string{reason},
                     .token = record.token,
                     .time_ms = store::unix_ms(clock_.now())};
    if (record.reservation) {
        noted.driver = record.reservation->driver;
        noted.distance_m = record.reservation->distance_m;
        if (record.is_open())
            noted.expires_at_ms = record.reservation->expires_at.time_since_epoch().count();
    }
    noted.message = message_of(noted, server::to_json(order, event, record, reason, clock_.now()));
    events_.push_back(std::move(noted));
    ++last_seq_;
    forget_old_ones();
    wake_();
}

// One that was not told yet stays for a while longer; but a script may make a million in one
// moment.
void OrderEvents::forget_old_ones()
{
    constexpr std::size_t kMaxUntold = 100'000;
    while (events_.size() > kept_ + (events_.front().seq > last_told_ ? kMaxUntold : 0)) {
        last_told_ = std::max(last_told_, events_.front().seq);
        events_.pop_front();
    }
}

void OrderEvents::tell()
{
    if (std::exchange(telling_, true)) return;
    try {
        while (last_told_ < last_seq_) {
            const OrderEvent event = at(++last_told_);
            for (const Listener& listener : listeners_) listener(event);
        }
    } catch (...) {
        telling_ = false;
        throw;
    }
    telling_ = false;
}

std::string_view city_of(std::string_view geo)
{
    return geo.starts_with(kGeoPrefix) ? geo.substr(kGeoPrefix.size()) : std::string_view{};
}

}  // namespace server::gateway
