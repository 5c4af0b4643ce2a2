#include "tests/simulation/expected_text.h"

#include <fmt/format.h>

#include "store/number.h"

namespace tests {

namespace {

constexpr std::string_view kNull = "$-1\r\n";

std::string message(const std::string& channel, const std::string& json)
{
    return "*4\r\n" + bulk("pmessage") + bulk("assign:*") + bulk(channel) + bulk(json);
}

}  // namespace

std::string bulk(std::string_view text) { return fmt::format("${}\r\n{}\r\n", text.size(), text); }

std::string integer(std::int64_t number) { return fmt::format(":{}\r\n", number); }

std::string error(std::string_view line) { return fmt::format("-{}\r\n", line); }

std::string bulks(const std::vector<std::string>& texts)
{
    std::string text = fmt::format("*{}\r\n", texts.size());
    for (const auto& each : texts) text += bulk(each);
    return text;
}

std::string record_text(const std::string& name, const Order& order, Milliseconds now)
{
    std::string text = "*20\r\n" + bulk("order") + bulk(name) + bulk("state") + bulk(order.state);
    const auto field = [&](std::string_view field_name, const std::string& value) {
        text += bulk(field_name);
        text += order.held ? value : kNull;
    };
    const Held held = order.held.value_or(Held{});
    field("driver", bulk(held.driver));
    field("distance", bulk(fmt::format("{:.4f}", held.distance_m / order.search.meters_per_unit)));
    field("longitude", bulk(store::format_coordinate(held.place.longitude)));
    field("latitude", bulk(store::format_coordinate(held.place.latitude)));
    field("lock", bulk(held.lock));
    text += bulk("token") + integer(static_cast<std::int64_t>(order.token));
    text += bulk("expires_in_ms");
    text += order.is_open() ? integer(std::max<Milliseconds>(held.expires_at - now, 0)) : kNull;
    auto tried = order.rejected;
    tried.insert(tried.end(), order.tried.begin(), order.tried.end());
    return text + bulk("tried") + bulks(tried);
}

std::string event_text(const std::string& name, const Order& order, std::string_view event,
                       std::string_view reason, Milliseconds now)
{
    const auto if_held = [&](const std::string& value) { return order.held ? value : "null"; };
    const Held held = order.held.value_or(Held{});
    const std::string json = fmt::format(
        R"({{"event":"{}","order":"{}","state":"{}","driver":{},"token":{},"distance_m":{},)"
        R"("expires_at_ms":{},"time_ms":{},"sequence":{}{}}})",
        event, name, order.state, if_held('"' + held.driver + '"'), order.token,
        if_held(fmt::format("{}", held.distance_m)),
        order.is_open() ? fmt::format("{}", held.expires_at) : "null", now, order.sequence,
        reason.empty() ? "" : fmt::format(R"(,"reason":"{}")", reason));
    std::string text = message("assign:" + name, json);
    if (order.held) text += message("assign:" + held.driver, json);
    return text;
}

}  // namespace tests
