#pragma once

#include <cstddef>
#include <string>

#include "server/commands/memory_overview.h"

namespace server::commands {

/// MEMORY DOCTOR, in Redis's words.
std::string memory_report(const MemoryOverview& memory, std::size_t clients, std::size_t scripts);

}  // namespace server::commands
