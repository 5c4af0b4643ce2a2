#include "server/dispatch/assign_events.h"

#include <fmt/format.h>

namespace server {

namespace {

std::string expiry_of(const store::AssignmentRecord& record)
{
    if (!record.reservation || record.is_finished()) return "null";
    return fmt::format("{}", record.reservation->expires_at.time_since_epoch().count());
}

}  // namespace

std::string quoted(std::string_view text)
{
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            result += c;
        }
    }
    return result += '"';
}

std::string to_json(std::string_view order, store::AssignmentEvent event,
                    const store::AssignmentRecord& record, std::string_view reason,
                    store::TimePoint now)
{
    const auto& held = record.reservation;
    return fmt::format(
        R"({{"event":"{}","order":{},"state":"{}","driver":{},"token":{},"distance_m":{},)"
        R"("expires_at_ms":{},"time_ms":{},"sequence":{}{}}})",
        store::name_of(event), quoted(order), store::name_of(record.state),
        held ? quoted(held->driver) : "null", record.token,
        held ? fmt::format("{}", held->distance_m) : "null", expiry_of(record), store::unix_ms(now),
        record.sequence, reason.empty() ? "" : ",\"reason\":" + quoted(reason));
}

}  // namespace server
