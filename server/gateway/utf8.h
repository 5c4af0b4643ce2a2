#pragma once

#include <string>
#include <string_view>

namespace server::gateway {

/// The text with every byte that is no UTF-8 replaced by U+FFFD: a WebSocket's client hangs up at
/// the first one.
std::string to_utf8(std::string_view bytes);

}  // namespace server::gateway
