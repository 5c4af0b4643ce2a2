#pragma once

#include <string_view>

namespace server::commands {

/// Whether the text may stand in a line of CLIENT LIST: printable ASCII without spaces, or empty.
bool is_client_attribute(std::string_view text);

/// Throws Redis's error for a client's name that may not.
void check_client_name(std::string_view name);

}  // namespace server::commands
