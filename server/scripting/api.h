#pragma once

#include "server/dialects/dialect.h"
#include "server/scripting/lua.h"

namespace server::scripting {

// Each pushes a table `redis`.

/// For EVAL: call, pcall and all the rest.
void open_script_api(lua_State* lua, const Dialect& dialect);
/// For FCALL.
void open_function_api(lua_State* lua, const Dialect& dialect);
/// While a library of functions is loaded: register_function, and little else.
void open_loading_api(lua_State* lua, const Dialect& dialect);

/// Pops such a table into the table at `names`: as `redis`, and as scripts for Valkey call it, too.
void name_api(lua_State* lua, int names, const Dialect& dialect);

/// redis.register_function().
int register_function(lua_State* lua);

/// The handler that lua_pcall() takes: makes a table of the error, with the line it came from.
int describe_error(lua_State* lua);

}  // namespace server::scripting
