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

constexpr double kLimit = 100;
constexpr double kHalfAroundTheEarthKm = 20'100;

/// The city of the request, of the driver's hash, or of http-city.
std::string city_for(Call& call)
{
    if (call.inputs.has("city")) return call.inputs.text("city");
    std::string city = city_of_driver(call.gateway, call.inputs.text("id"));
    if (city.empty())
        throw Problem{ProblemType::NoCity, "Neither the request nor the driver's hash names one."};
    return city;
}

/// The city's drivers, nearest first if a place is given.
std::vector<Located> search(Call& call, std::string_view city)
{
    const Inputs& inputs = call.inputs;
    const bool from_place = inputs.has("lng") && inputs.has("lat");
    const std::string limit = digits(inputs.number_or("limit", kLimit));
    const double radius = inputs.number_or("radius_km", from_place ? 5 : kHalfAroundTheEarthKm);
    const Value reply = call.gateway.commands(
        "GEOSEARCH", geo_key(city), "FROMLONLAT", digits(inputs.number_or("lng", 0)),
        digits(inputs.number_or("lat", 0)), "BYRADIUS", digits(radius), "km", "ASC", "COUNT", limit,
        "WITHCOORD", "WITHDIST");
    return located(reply, true);
}

std::vector<Value> availability_of(Commands& commands, std::string_view city,
                                   const std::vector<Located>& drivers)
{
    if (drivers.empty()) return {};
    const std::string key = available_key(city);
    std::vector<std::string_view> request{"SMISMEMBER", key};
    for (const Located& driver : drivers) request.push_back(driver.member);
    return commands(std::span<const std::string_view>{request}).elements;
}

void list_drivers(Call& call)
{
    Gateway& gateway = call.gateway;
    const std::string city = city_of(gateway, call.inputs);
    if (call.inputs.has("lng") != call.inputs.has("lat"))
        throw Problem{ProblemType::BadField,
                      "A place has both lng (longitude) and lat (latitude)."};
    const auto drivers = search(call, city);
    const auto available = availability_of(gateway.commands, city, drivers);
    Json features = Json::array();
    for (std::size_t i = 0; i < drivers.size(); ++i) {
        const auto& [member, place, distance] = drivers[i];
        const DriverState state = state_of_driver(gateway, member, available[i].integer == 1);
        Json properties = {{"id", without_prefix(member, "driver:")},
                           {"name", name_of(gateway.commands, member)},
                           {"status", state.status},
                           {"order", state.order.empty() ? Json(nullptr) : Json(state.order)}};
        if (call.inputs.has("lng")) properties["distance_km"] = distance;
        features.push_back(
            feature_of(member, point_of(place.longitude, place.latitude), std::move(properties)));
    }
    call.reply(collection_of(std::move(features)));
}

Json place_of(Commands& commands, std::string_view city, std::string_view member)
{
    const Value places = commands("GEOPOS", geo_key(city), member);
    const Value& place = places.elements[0];
    if (place.elements.size() != 2) return nullptr;
    return {{"lat", number_of(&place.elements[1]).value_or(0)},
            {"lng", number_of(&place.elements[0]).value_or(0)}};
}

void get_driver(Call& call)
{
    Gateway& gateway = call.gateway;
    const std::string member = driver_key(call.inputs.text("id"));
    Json driver = {{"id", call.inputs.text("id")}};
    Json profile;
    to_json(profile, gateway.commands("HGETALL", member));
    const std::string city =
        call.inputs.text_or("city", city_of_driver(gateway, call.inputs.text("id")));
    Json place = city.empty() ? Json(nullptr) : place_of(gateway.commands, city, member);
    const bool is_available =
        !city.empty() && gateway.commands("SISMEMBER", available_key(city), member).integer == 1;
    const DriverState state = state_of_driver(gateway, member, is_available);
    if (profile.empty() && place.is_null() && state.status == "off")
        throw Problem{ProblemType::NoSuchDriver, fmt::format("Nothing is known of {}.", member)};
    driver.update(profile);
    driver["location"] = std::move(place);
    driver["status"] = state.status;
    driver["order"] = state.order.empty() ? Json(nullptr) : Json(state.order);
    driver["token"] = state.token;
    driver["connected"] = gateway.can_be_asked(member);
    call.reply(driver);
}

void put_driver(Call& call)
{
    std::vector<std::string> words{"HSET", driver_key(call.inputs.text("id"))};
    for (const std::string_view name : {"name", "vehicle", "city"}) {
        if (!call.inputs.has(name)) continue;
        words.emplace_back(name);
        words.push_back(call.inputs.text(name));
    }
    if (call.inputs.has("rating")) {
        words.emplace_back("rating");
        words.push_back(digits(call.inputs.number("rating")));
    }
    if (words.size() == 2) throw Problem{ProblemType::BadField, "The body has no field to set."};
    const std::vector<std::string_view> request{words.begin(), words.end()};
    call.gateway.commands(std::span<const std::string_view>{request});
    call.reply({{"id", call.inputs.text("id")}});
}

void put_location(Call& call)
{
    const Inputs& inputs = call.inputs;
    std::optional<double> at;
    if (inputs.has("at")) at = inputs.number("at");
    const std::string city = city_for(call);
    put_position(call.gateway, city, inputs.text("id"),
                 {inputs.number("lng"), inputs.number("lat")}, at, inputs.flag_or("force", false));
    call.reply({{"id", inputs.text("id")}, {"city", city}});
}

void put_available(Call& call)
{
    const std::string city = city_for(call);
    const bool available = call.inputs.flag_or("available", true);
    put_availability(call.gateway, city, call.inputs.text("id"), available);
    call.reply({{"id", call.inputs.text("id")}, {"city", city}, {"available", available}});
}

constexpr Field kId = {.name = "id", .in = In::Path, .required = true, .example = "D4"};
constexpr Field kCity = {
    .name = "city", .summary = "Otherwise the driver's, or http-city.", .example = "blr"};
constexpr Field kCityOfQuery = {.name = "city", .in = In::Query, .example = "blr"};

constexpr Field kListFields[] = {
    kCityOfQuery,
    {.name = "lng", .in = In::Query, .kind = Kind::Longitude, .example = "77.5946"},
    {.name = "lat", .in = In::Query, .kind = Kind::Latitude, .example = "12.9716"},
    {.name = "radius_km",
     .in = In::Query,
     .kind = Kind::Number,
     .min = 0,
     .max = 20'100,
     .example = "5"},
    {.name = "limit",
     .in = In::Query,
     .kind = Kind::Integer,
     .min = 1,
     .max = 1000,
     .example = "100"},
};
constexpr Field kGetFields[] = {kId, kCityOfQuery};
constexpr Field kProfileFields[] = {
    kId,
    {.name = "name", .example = "Rohit Sharma"},
    {.name = "rating", .kind = Kind::Number, .min = 0, .max = 5, .example = "4.8"},
    {.name = "vehicle", .example = "Bike · KA01HX2847"},
    {.name = "city", .example = "blr"},
};
constexpr Field kLocationFields[] = {
    kId,
    {.name = "lat", .kind = Kind::Latitude, .required = true, .example = "12.9680"},
    {.name = "lng", .kind = Kind::Longitude, .required = true, .example = "77.5812"},
    {.name = "at",
     .kind = Kind::Number,
     .min = 0,
     .max = 253'402'300'799'999.0,
     .summary = "When it was measured, in milliseconds since 1970; otherwise now."},
    kCity,
    {.name = "force", .kind = Kind::Flag, .summary = "Take it, however odd it looks."},
};
constexpr Field kAvailableFields[] = {
    kId, {.name = "available", .kind = Kind::Flag, .required = true, .example = "true"}, kCity};

constexpr ProblemType kListProblems[] = {ProblemType::NoCity, ProblemType::WrongType};
constexpr ProblemType kGetProblems[] = {ProblemType::NoSuchDriver, ProblemType::WrongType};
constexpr ProblemType kPutProblems[] = {ProblemType::NoCity, ProblemType::WrongType,
                                        ProblemType::OutOfMemory};
constexpr ProblemType kLocationProblems[] = {
    ProblemType::NoCity,         ProblemType::PlaceIsZero, ProblemType::StalePosition,
    ProblemType::ImpossibleJump, ProblemType::WrongType,   ProblemType::OutOfMemory};

constexpr std::string_view kTag = "Drivers";

constexpr Route kRoutes[] = {
    {.method = Method::Get,
     .path = "/v1/drivers",
     .tag = kTag,
     .summary = "Lists a city's drivers, nearest first if a place is given.",
     .answer = "GeoJSON: points [longitude, latitude] with id, name, status (available, offered, "
               "busy, off), order, distance_km",
     .fields = kListFields,
     .problems = kListProblems,
     .run = list_drivers},
    {.method = Method::Get,
     .path = "/v1/drivers/{id}",
     .tag = kTag,
     .summary = "What is known of a driver.",
     .answer = "The fields of the hash; location, status, order, token, and whether the app is "
               "connected",
     .fields = kGetFields,
     .problems = kGetProblems,
     .run = get_driver},
    {.method = Method::Put,
     .path = "/v1/drivers/{id}",
     .tag = kTag,
     .summary = "Sets fields of a driver's profile; those that are not given stay.",
     .answer = "id",
     .fields = kProfileFields,
     .problems = kPutProblems,
     .run = put_driver},
    {.method = Method::Put,
     .path = "/v1/drivers/{id}/location",
     .tag = kTag,
     .summary = "Reports where a driver is.",
     .answer = "id, city",
     .fields = kLocationFields,
     .problems = kLocationProblems,
     .run = put_location},
    {.method = Method::Put,
     .path = "/v1/drivers/{id}/availability",
     .tag = kTag,
     .summary = "Says whether a driver may be given orders.",
     .answer = "id, city, available",
     .fields = kAvailableFields,
     .problems = kPutProblems,
     .run = put_available},
};

}  // namespace

std::span<const Route> driver_routes() { return kRoutes; }

}  // namespace server::gateway
