#pragma once

#include "server/scripting/lua.h"

namespace server::scripting {

// Each opens one library of scripts, or changes one of Lua's own. They leave the stack as it was.
//
// Lua trusts its scripts, we do not: whatever may run for long or crash in Lua's own functions is
// replaced by one that looks at the time and has bounds.

/// pcall, load, unpack and what else has no table; what reaches beyond a script is taken away.
void mend_base(lua_State* lua);
void mend_coroutine(lua_State* lua);
void mend_math(lua_State* lua);
void mend_string(lua_State* lua);
void mend_table(lua_State* lua);
void open_bit(lua_State* lua);
void open_cjson(lua_State* lua);
void open_cmsgpack(lua_State* lua);
void open_struct(lua_State* lua);

}  // namespace server::scripting
