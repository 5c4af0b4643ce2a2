#pragma once

#include "server/scripting/lua.h"

namespace server::scripting {

/// Whether the function on top of the stack, and all functions in it, only read globals, and use
/// the libraries' tables for nothing but to take a function or a number from them. False if in
/// doubt.
bool only_reads_libraries(lua_State* lua);

}  // namespace server::scripting
