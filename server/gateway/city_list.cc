#include "server/gateway/city_list.h"

#include <algorithm>
#include <utility>

#include "server/gateway/delivery.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"

namespace server::gateway {
namespace {

using protocol::Value;

constexpr std::string_view kKeysInSlice = "1000";
constexpr std::size_t kMaxCities = 200;

/// Where half of a few drivers are further north, and half further east: the middle of the city,
/// whatever a stray one does.
Json center_of(Commands& commands, const std::string& geo)
{
    constexpr std::string_view kFew = "31";
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

}  // namespace

void CityList::ask(std::shared_ptr<Exchange> exchange)
{
    const bool is_first = asking_.empty();
    asking_.push_back(std::move(exchange));
    if (is_first && go_on()) gateway_.wake();
}

bool CityList::go_on()
{
    if (asking_.empty()) return false;
    try {
        gateway_.commands.authenticate(true);
        if (look_at_slice()) return true;
        Json cities = Json::array();
        for (const std::string& geo : geo_keys_) cities.push_back(describe(geo));
        answer({.body = to_text(cities)});
    } catch (const Problem& problem) {
        answer(to_response(problem));
    }
    return false;
}

bool CityList::look_at_slice()
{
    const Value reply = gateway_.commands("SCAN", cursor_, "MATCH", "drivers:geo:*", "COUNT",
                                          kKeysInSlice, "TYPE", "zset");
    cursor_ = reply.elements[0].text;
    for (const Value& key : reply.elements[1].elements)
        if (!city_of(key.text).empty()) geo_keys_.insert(key.text);
    return cursor_ != "0" && geo_keys_.size() < kMaxCities;
}

/// What went away since it was seen is a city without drivers.
Json CityList::describe(const std::string& geo) const
{
    Commands& commands = gateway_.commands;
    const std::string_view city = city_of(geo);
    const std::string available = available_key(city);
    const std::string_view count[] = {"SCARD", available};
    return {{"city", city},
            {"drivers", commands("ZCARD", geo).integer},
            {"available", commands.run(count).integer},
            {"center", center_of(commands, geo)}};
}

void CityList::answer(const Response& response)
{
    cursor_ = "0";
    geo_keys_.clear();
    for (const auto& exchange : std::exchange(asking_, {})) exchange->respond(response);
}

}  // namespace server::gateway
