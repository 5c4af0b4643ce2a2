#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/reply_reader.h"
#include "server/gateway/json_forward.h"
#include "store/geo/geo.h"

namespace server::gateway {

class Commands;
class Gateway;

/// What a driver is doing: "available", "offered" an order, "busy" with one (or locked by somebody
/// else), or "off".
struct DriverState
{
    std::string_view status;
    std::string order;  ///< its id, if they hold one or are asked; empty otherwise
    std::int64_t token = 0;
    std::int64_t expires_in_ms = 0;
};

DriverState state_of_driver(Gateway& gateway, std::string_view member, bool is_available);

/// The hash's field `name`; null if there is none, or the key holds something else.
Json name_of(Commands& commands, std::string_view key);

/// A point of GeoJSON: [longitude, latitude].
Json point_of(double longitude, double latitude);
Json feature_of(std::string_view id, Json geometry, Json properties);
Json collection_of(Json features);

/// A place and a member, as GEOSEARCH ... WITHCOORD [WITHDIST] answers it.
struct Located
{
    std::string member;
    store::Place place;
    double distance_km = 0;
};
std::vector<Located> located(const protocol::Value& reply, bool with_distance);

/// Puts the driver's place where ASSIGN looks for it. Throws the Problem of a refused position.
void put_position(Gateway& gateway, std::string_view city, std::string_view id, store::Place place,
                  std::optional<double> at_ms, bool force);

void put_availability(Gateway& gateway, std::string_view city, std::string_view id, bool available);

/// A driver's city: the hash's field, or http-city; empty if neither is set.
std::string city_of_driver(Gateway& gateway, std::string_view id);

}  // namespace server::gateway
