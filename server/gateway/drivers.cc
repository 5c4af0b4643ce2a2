#include "server/gateway/drivers.h"

#include "server/gateway/delivery.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"

namespace server::gateway {

using protocol::Value;

DriverState state_of_driver(Gateway& gateway, std::string_view member, bool is_available)
{
    const Value now = gateway.commands("ASSIGN.DRIVER", member);
    const std::string_view state = state_of(now);
    const bool holds_order = state == "offered" || state == "assigned";
    DriverState result{.status = is_available ? "available" : "off"};
    if (state == "offered") result.status = "offered";
    if (state == "assigned" || state == "locked") result.status = "busy";
    if (!holds_order) return result;
    result.order = without_prefix(text_of(find(now, "order")), "order:");
    result.token = integer_of(find(now, "token"));
    result.expires_in_ms = integer_of(find(now, "expires_in_ms"));
    return result;
}

Json name_of(Commands& commands, std::string_view key)
{
    const std::string_view request[] = {"HGET", key, "name"};
    const Value name = commands.run(request);
    return name.kind == Value::Kind::Bulk ? Json(name.text) : Json(nullptr);
}

Json point_of(double longitude, double latitude)
{
    return {{"type", "Point"}, {"coordinates", {longitude, latitude}}};
}

Json feature_of(std::string_view id, Json geometry, Json properties)
{
    return {{"type", "Feature"},
            {"id", id},
            {"geometry", std::move(geometry)},
            {"properties", std::move(properties)}};
}

Json collection_of(Json features)
{
    return {{"type", "FeatureCollection"}, {"features", std::move(features)}};
}

std::vector<Located> located(const Value& reply, bool with_distance)
{
    std::vector<Located> all;
    for (const Value& item : reply.elements) {
        const Value& place = item.elements.back();
        all.push_back(
            {.member = item.elements[0].text,
             .place = {number_of(&place.elements[0]).value_or(0),
                       number_of(&place.elements[1]).value_or(0)},
             .distance_km = with_distance ? number_of(&item.elements[1]).value_or(0) : 0});
    }
    return all;
}

void put_position(Gateway& gateway, std::string_view city, std::string_view id, store::Place place,
                  std::optional<double> at_ms, bool force)
{
    const std::string member = driver_key(id);
    if (const auto refusal = gateway.positions.refusal_of(member, place, at_ms, force))
        throw *refusal;
    gateway.commands("GEOADD", geo_key(city), digits(place.longitude), digits(place.latitude),
                     member);
    gateway.positions.note(member, place, at_ms);
}

void put_availability(Gateway& gateway, std::string_view city, std::string_view id, bool available)
{
    gateway.commands(available ? "SADD" : "SREM", available_key(city), driver_key(id));
}

std::string city_of_driver(Gateway& gateway, std::string_view id)
{
    const Value city = gateway.commands("HGET", driver_key(id), "city");
    return city.text.empty() ? gateway.options.http_city : city.text;
}

}  // namespace server::gateway
