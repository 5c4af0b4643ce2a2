#pragma once

#include <span>

#include "server/catalogue/command.h"

namespace tests {

/// `TEST.TAKE key [key ...] timeout`: takes a member out of the first of the sets that has one, or
/// waits until one does; replies [key, member], or null if the time is over. A blocking command
/// that needs no type of its own, to test waiting itself.
std::span<const server::Command> blocking_command();

}  // namespace tests
