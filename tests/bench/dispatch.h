#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/city.h"
#include "tests/bench/connection.h"

namespace bench {

inline constexpr const char* kGeo = "drivers:geo:blr";
inline constexpr const char* kAvailable = "drivers:available:blr";

/// A longitude or latitude as a client writes it.
std::string degrees(double value);

/// The key of a driver's lock: driver:D4 -> agent:D4:lock.
std::string lock_of(std::string_view driver);

/// ASSIGN within 5 km of the place.
std::vector<std::string> assign_request(const std::string& order, const Place& place);

/// The same as a call of a script.
std::vector<std::string> script_request(const std::string& sha, const std::string& order,
                                        const Place& place);

/// SCRIPT LOAD: the script's name for EVALSHA.
std::string load_script(Connection& connection, const std::string& file);

/// The bulk strings of a reply, in order, as views into it. Integers and nulls are left out.
std::vector<std::string_view> words_of(std::string_view reply);

/// The driver in a reply of ASSIGN or of a script; empty if nobody was found.
std::string driver_of(std::string_view reply);

/// The token in a reply of ASSIGN.
std::string token_of(std::string_view reply);

}  // namespace bench
