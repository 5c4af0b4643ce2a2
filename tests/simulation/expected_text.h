#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/model.h"

/// The bytes in which a server tells what the model knows. RESP2.
namespace tests {

std::string bulk(std::string_view text);
std::string integer(std::int64_t number);
std::string error(std::string_view line);
std::string bulks(const std::vector<std::string>& texts);

/// An order as ASSIGN and its family answer it.
std::string record_text(const std::string& name, const Order& order, Milliseconds now);

/// An event as a session gets it that subscribed to the pattern assign:*, from all its channels.
std::string event_text(const std::string& name, const Order& order, std::string_view event,
                       std::string_view reason, Milliseconds now);

}  // namespace tests
