#include "server/commands/client/client_name.h"

#include <algorithm>

#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/server.h"
#include "server/workspaces/workspaces.h"

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

void take_client_name(Call& call, std::string_view name)
{
    Workspaces& workspaces = call.server.workspaces;
    const auto workspace = workspaces.named_by(name);
    if (!workspace.empty()) workspaces.choose(call.session, workspace);
    call.session.name = name;
}

}  // namespace server::commands
