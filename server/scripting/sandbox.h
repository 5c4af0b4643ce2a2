#pragma once

#include "server/scripting/lua.h"

namespace server::scripting {

/// Opens the libraries that scripts may use, and takes away what reaches beyond: files, processes,
/// other environments, bytecode. The libraries' tables are on top of the globals, still open.
void open_libraries(lua_State* lua);

/// Replaces the table on top of the stack by one that reads the same and cannot be changed.
void protect(lua_State* lua);

/// Reading a name that the table on top of the stack lacks raises an error from now on.
void refuse_unknown_names(lua_State* lua);

/// Protects each library and the globals. From now on a script finds what was there, makes no
/// globals, and is told of a name that does not exist. The table of globals itself is left on the
/// stack, for KEYS and ARGV.
void close_sandbox(lua_State* lua);

}  // namespace server::scripting
