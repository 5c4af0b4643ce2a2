#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server/gateway/delivery.h"
#include "server/gateway/drivers.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "server/gateway/route.h"

namespace server::gateway {
namespace {

using protocol::Value;

std::string restaurants_key(std::string_view city)
{
    return fmt::format("restaurants:geo:{}", city);
}

void list_restaurants(Call& call)
{
    Commands& commands = call.gateway.commands;
    const std::string key = restaurants_key(city_of(call.gateway, call.inputs));
    const Value reply = commands("GEOSEARCH", key, "FROMLONLAT", "0", "0", "BYRADIUS", "20100",
                                 "km", "COUNT", "1000", "WITHCOORD");
    Json features = Json::array();
    for (const auto& [member, place, distance] : located(reply, false))
        features.push_back(feature_of(
            member, point_of(place.longitude, place.latitude),
            {{"id", without_prefix(member, "restaurant:")}, {"name", name_of(commands, member)}}));
    call.reply(collection_of(std::move(features)));
}

void put_restaurant(Call& call)
{
    const Inputs& inputs = call.inputs;
    Commands& commands = call.gateway.commands;
    const double latitude = inputs.number("location.lat");
    const double longitude = inputs.number("location.lng");
    check_place(latitude, longitude, inputs);
    const std::string city = city_of(call.gateway, inputs);
    const std::string member = restaurant_key(inputs.text("id"));
    // Whatever refuses one of the two commands refuses the first.
    commands("GEOADD", restaurants_key(city), digits(longitude), digits(latitude), member);
    commands("HSET", member, "name", inputs.text("name"), "city", city, "lat", digits(latitude),
             "lng", digits(longitude));
    call.reply({{"id", inputs.text("id")}, {"city", city}});
}

/// Where half of a few drivers are further north, and half further east: the middle of the city,
/// whatever a stray one does.
Json center_of(Commands& commands, const std::string& geo)
{
    constexpr std::string_view kFew = "101";
    const Value members = commands("ZRANDMEMBER", geo, kFew);
    std::vector<std::string_view> request{"GEOPOS", geo};
    for (const Value& member : members.elements) request.push_back(member.text);
    const Value places = commands(std::span<const std::string_view>{request});
    std::vector<double> longitudes;
    std::vector<double> latitudes;
    for (const Value& place : places.elements) {
        if (place.elements.size() != 2) continue;
        longitudes.push_back(number_of(&place.elements[0]).value_or(0));
        latitudes.push_back(number_of(&place.elements[1]).value_or(0));
    }
    if (longitudes.empty()) return nullptr;
    const auto middle = [](std::vector<double>& values) {
        const auto at = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
        std::nth_element(values.begin(), at, values.end());
        return *at;
    };
    return {{"lat", middle(latitudes)}, {"lng", middle(longitudes)}};
}

/// The keys drivers:geo:*, looked for in a bounded number of steps: a large keyspace may hide some.
std::vector<std::string> geo_keys(Commands& commands)
{
    constexpr int kMaxSteps = 100;
    constexpr std::size_t kMaxCities = 200;
    std::vector<std::string> keys;
    std::string cursor = "0";
    for (int step = 0; step < kMaxSteps && keys.size() < kMaxCities; ++step) {
        const Value reply =
            commands("SCAN", cursor, "MATCH", "drivers:geo:*", "COUNT", "1000", "TYPE", "zset");
        for (const Value& key : reply.elements[1].elements)
            if (!city_of(key.text).empty() && !key.text.ends_with(":token"))
                keys.push_back(key.text);
        cursor = reply.elements[0].text;
        if (cursor == "0") break;
    }
    std::sort(keys.begin(), keys.end());
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return keys;
}

void list_cities(Call& call)
{
    Commands& commands = call.gateway.commands;
    Json cities = Json::array();
    for (const std::string& geo : geo_keys(commands)) {
        const std::string_view city = city_of(geo);
        const std::string available = available_key(city);
        const std::string_view count[] = {"SCARD", available};
        cities.push_back({{"city", city},
                          {"drivers", commands("ZCARD", geo).integer},
                          {"available", commands.run(count).integer},
                          {"center", center_of(commands, geo)}});
    }
    call.reply(cities);
}

constexpr Field kListFields[] = {{.name = "city", .in = In::Query, .example = "blr"}};
constexpr Field kPutFields[] = {
    {.name = "id", .in = In::Path, .required = true, .example = "RST_441"},
    {.name = "name", .required = true, .example = "Meghana Foods"},
    {.name = "city", .example = "blr"},
    {.name = "location.lat", .kind = Kind::Latitude, .required = true, .example = "12.9716"},
    {.name = "location.lng", .kind = Kind::Longitude, .required = true, .example = "77.5946"},
    {.name = "force", .kind = Kind::Flag, .summary = "Take a place at exactly 0, 0."},
};

constexpr ProblemType kListProblems[] = {ProblemType::NoCity, ProblemType::WrongType};
constexpr ProblemType kPutProblems[] = {ProblemType::NoCity, ProblemType::PlaceIsZero,
                                        ProblemType::WrongType, ProblemType::OutOfMemory};

constexpr std::string_view kTag = "Cities";

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/v1/cities",
     .tag = kTag,
     .summary = "Lists the cities that have drivers.",
     .answer = "An array of: city, drivers, available, center {lat, lng}",
     .run = list_cities},
    {.method = Method::Get,
     .path = "/v1/restaurants",
     .tag = kTag,
     .summary = "Lists a city's restaurants, at most 1000.",
     .answer = "GeoJSON: points [longitude, latitude] with id and name",
     .fields = kListFields,
     .problems = kListProblems,
     .run = list_restaurants},
    {.method = Method::Put,
     .path = "/v1/restaurants/{id}",
     .tag = kTag,
     .summary = "Sets a restaurant's name, city and place.",
     .answer = "id, city",
     .fields = kPutFields,
     .problems = kPutProblems,
     .run = put_restaurant},
};

}  // namespace

std::span<const Route> city_routes() { return kRoutes; }

}  // namespace server::gateway
