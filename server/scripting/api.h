#pragma once

#include "server/scripting/lua.h"

namespace server::scripting {

/// Pushes the table `redis`: call, pcall and all the rest.
void open_api(lua_State* lua);

/// The handler that lua_pcall() takes: makes a table of the error, with the line it came from.
int describe_error(lua_State* lua);

}  // namespace server::scripting
