#pragma once

#include <span>

#include "server/catalogue/command.h"

/// The rows that each family's file declares at its foot: `std::span<const Command> set();`.
namespace server::commands {

#define FAMILY(name) std::span<const Command> name();
#include "server/commands/families.def"
#undef FAMILY

}  // namespace server::commands
