#pragma once

#include <string>

#include "server/catalogue/command_table.h"

namespace server {

/// The table of all commands in README.md: a row for each group, and a section for those that are
/// Dabba's own, with their arguments and what they do.
std::string commands_as_markdown(const CommandTable& table);

}  // namespace server
