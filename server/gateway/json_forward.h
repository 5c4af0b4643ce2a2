#pragma once

#include <nlohmann/json_fwd.hpp>

namespace server::gateway {

/// See json.h.
using Json = nlohmann::ordered_json;

}  // namespace server::gateway
