#include "server/commands/client/client_name.h"

#include <algorithm>

#include "server/execution/command_error.h"

namespace server::commands {

bool is_client_attribute(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '!' && c <= '~'; });
}

void check_client_name(std::string_view name)
{
    if (is_client_attribute(name)) return;
    throw CommandError{"ERR Client names cannot contain spaces, newlines or special characters."};
}

}  // namespace server::commands
