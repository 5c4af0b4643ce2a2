#pragma once

#include <string_view>

#include "server/scripting/lua.h"

namespace server::scripting {

/// Opens the libraries that scripts may use, and takes away what reaches beyond: files, processes,
/// other environments, bytecode. The libraries' tables are on top of the globals, still open.
void open_libraries(lua_State* lua);

/// Replaces the table on top of the stack by one that reads the same and cannot be changed.
void protect(lua_State* lua);

/// Reading a name that the table on top of the stack lacks raises an error from now on.
void refuse_unknown_names(lua_State* lua);

/// The globals that are tables, and are protected.
inline constexpr std::string_view kProtectedLibraries[] = {
    "string", "table", "math", "coroutine", "bit", "cjson", "cmsgpack", "struct", "redis"};

/// Protects each library and the globals. From now on a script finds what was there, makes no
/// globals, and is told of a name that does not exist. Two tables are left on the stack: the
/// globals themselves, for KEYS and ARGV, and on top of them the same with the libraries as they
/// are. Those are found faster, but only code that changes nothing may have them.
void close_sandbox(lua_State* lua);

}  // namespace server::scripting
