#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/reply_reader.h"
#include "server/gateway/field.h"
#include "server/gateway/json_forward.h"
#include "server/gateway/problem.h"

namespace server::gateway {

class Gateway;

// The keys of the seed, and what is read off the records of ASSIGN.

std::string geo_key(std::string_view city);
std::string available_key(std::string_view city);
std::string order_key(std::string_view id);
std::string driver_key(std::string_view id);
std::string restaurant_key(std::string_view id);

/// The city that a request is about: its own, its restaurant's, or the one of `http-city`. Throws
/// the Problem NoCity.
std::string city_of(Gateway& gateway, const Inputs& inputs);

/// Throws PlaceIsZero for exactly 0, 0, which is what a device without a fix sends, unless `force`.
void check_place(double latitude, double longitude, const Inputs& inputs);

/// A driver's profile and what the order is to them: id, name, rating, distance_km, eta_min. The
/// time is the distance over `http-speed-kmh`, whole minutes, at least one.
Json driver_of(Gateway& gateway, const protocol::Value& record);

/// The seed's answer to an order that a driver has. `began` is when the request came.
Json delivery_of(Gateway& gateway, const protocol::Value& record, std::chrono::nanoseconds began);

/// Why an order that is not offered has no driver. `record` may be nil.
Problem problem_without_driver(const protocol::Value& record, std::string_view reason);

/// A record of ASSIGN as JSON: order, state, driver, token, distance_km, place, expires_in_ms,
/// tried.
Json order_of(const protocol::Value& record);

std::string_view state_of(const protocol::Value& record);

}  // namespace server::gateway
