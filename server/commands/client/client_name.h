#pragma once

#include <string_view>

namespace server {
struct Call;
}

namespace server::commands {

/// Whether the text may stand in a line of CLIENT LIST: printable ASCII without spaces, or empty.
bool is_client_attribute(std::string_view text);

/// Throws Redis's error for a client's name that may not.
void check_client_name(std::string_view name);

/// The client's name from here on. It may name a workspace, too.
void take_client_name(Call& call, std::string_view name);

}  // namespace server::commands
