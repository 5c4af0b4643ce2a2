#include "server/gateway/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/gateway/gateway.h"
#include "server/gateway/json.h"

namespace server::gateway {
namespace {

using protocol::Value;

constexpr std::string_view kDriver = "driver:";
constexpr std::string_view kOrder = "order:";

std::int64_t minutes_for(double distance_km, int speed_kmh)
{
    constexpr double kMinutesInHour = 60;
    const double minutes = std::ceil(distance_km / speed_kmh * kMinutesInHour);
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(minutes));
}

Json text_or_null(const Value& value)
{
    return value.kind == Value::Kind::Null ? Json(nullptr) : Json(value.text);
}

/// A number of a hash as a number, if it is one; texts stay texts.
Json number_or_text(const Value& value)
{
    if (const auto number = number_of(&value)) return *number;
    return text_or_null(value);
}

Json number_or_null(const Value* value)
{
    const auto number = number_of(value);
    return number ? Json(*number) : Json(nullptr);
}

Json integer_or_null(const Value* value)
{
    return number_of(value) ? Json(integer_of(value)) : Json(nullptr);
}

/// Fields of the driver's hash; nulls if the key holds anything else. Whoever has the order has it.
std::vector<Value> profile_of(Gateway& gateway, std::string_view member)
{
    const std::string_view request[] = {"HMGET", member, "name", "rating", "vehicle"};
    Value reply = gateway.commands.run(request);
    reply.elements.resize(3);
    return std::move(reply.elements);
}

Json driver_with(const Gateway& gateway, const Value& record, const std::vector<Value>& profile)
{
    const double distance = number_of(find(record, "distance")).value_or(0);
    return {{"id", without_prefix(text_of(find(record, "driver")), kDriver)},
            {"name", text_or_null(profile[0])},
            {"rating", number_or_text(profile[1])},
            {"distance_km", distance},
            {"eta_min", minutes_for(distance, gateway.options.http_speed_kmh)}};
}

}  // namespace

std::string geo_key(std::string_view city) { return fmt::format("drivers:geo:{}", city); }
std::string available_key(std::string_view city)
{
    return fmt::format("drivers:available:{}", city);
}
std::string order_key(std::string_view id) { return fmt::format("{}{}", kOrder, id); }
std::string driver_key(std::string_view id) { return fmt::format("{}{}", kDriver, id); }
std::string restaurant_key(std::string_view id) { return fmt::format("restaurant:{}", id); }

std::string city_of(Gateway& gateway, const Inputs& inputs)
{
    if (inputs.has("city")) return inputs.text("city");
    if (inputs.has("restaurant_id")) {
        const auto city =
            gateway.commands("HGET", restaurant_key(inputs.text("restaurant_id")), "city");
        if (!city.text.empty()) return city.text;
    }
    if (!gateway.options.http_city.empty()) return gateway.options.http_city;
    throw Problem{ProblemType::NoCity,
                  inputs.has("restaurant_id")
                      ? fmt::format("The request names no city, nor does the hash {}.",
                                    restaurant_key(inputs.text("restaurant_id")))
                      : "The request names no city."};
}

void check_place(double latitude, double longitude, const Inputs& inputs)
{
    if (latitude != 0 || longitude != 0 || inputs.flag_or("force", false)) return;
    throw Problem{ProblemType::PlaceIsZero,
                  "The place is [longitude 0, latitude 0], in the sea south of Ghana."};
}

Json driver_of(Gateway& gateway, const Value& record)
{
    return driver_with(gateway, record, profile_of(gateway, text_of(find(record, "driver"))));
}

Json delivery_of(Gateway& gateway, const Value& record, std::chrono::nanoseconds began)
{
    const auto profile = profile_of(gateway, text_of(find(record, "driver")));
    Json driver = driver_with(gateway, record, profile);
    const std::chrono::duration<double, std::milli> took = gateway.server.stopwatch() - began;
    return {{"delivery_id", fmt::format("DEL_{}", integer_of(find(record, "token")))},
            {"driver", std::move(driver)},
            {"partner_info", {{"vehicle", text_or_null(profile[2])}}},
            {"latency_ms", std::round(took.count() * 1000) / 1000}};
}

Problem problem_without_driver(const Value& record, std::string_view reason)
{
    const std::string_view state = state_of(record);
    if (!state.empty() && state != "unassigned") {
        return Problem{ProblemType::OrderEnded,
                       fmt::format("The order is {} before a driver took it.", state)};
    }
    std::string fix;
    if (reason.ends_with("longitude and latitude swapped?"))
        fix =
            "Send lng as longitude and lat as latitude; GeoJSON and commands write [longitude, "
            "latitude].";
    return Problem{ProblemType::NoDriver,
                   reason.empty() ? "No driver in reach has taken the order."
                                  : fmt::format("No driver has the order: {}.", reason),
                   std::move(fix)};
}

Json order_of(const Value& record)
{
    const auto* const tried = find(record, "tried");
    Json asked = Json::array();
    if (tried != nullptr)
        for (const Value& member : tried->elements)
            asked.push_back(without_prefix(member.text, kDriver));
    const auto* const driver = find(record, "driver");
    return {
        {"id", without_prefix(text_of(find(record, "order")), kOrder)},
        {"state", state_of(record)},
        {"driver", driver == nullptr ? Json(nullptr) : Json(without_prefix(driver->text, kDriver))},
        {"token", integer_of(find(record, "token"))},
        {"distance_km", number_or_null(find(record, "distance"))},
        {"lng", number_or_null(find(record, "longitude"))},
        {"lat", number_or_null(find(record, "latitude"))},
        {"expires_in_ms", integer_or_null(find(record, "expires_in_ms"))},
        {"tried", std::move(asked)}};
}

std::string_view state_of(const Value& record) { return text_of(find(record, "state")); }

}  // namespace server::gateway
