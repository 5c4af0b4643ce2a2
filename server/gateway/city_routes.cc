#include <fmt/format.h>

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

void list_cities(Call& call) { call.gateway.cities.ask(call.exchange); }

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
