#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "server/gateway/json_forward.h"

// Objects keep the order in which their members were written: answers are read by people, too.
namespace server::gateway {

/// As text. Bytes that are no UTF-8, which keys and members may hold, become U+FFFD.
inline std::string to_text(const Json& value)
{
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace server::gateway
