#include "server/scripting/libraries/libraries.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

/// insert(table, [position,] value). Moves what follows, however far away the position is.
int insert(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    const int next = static_cast<int>(lua_objlen(lua, 1)) + 1;
    const int arguments = lua_gettop(lua);
    if (arguments != 2 && arguments != 3)
        return luaL_error(lua, "wrong number of arguments to 'insert'");
    const int position = arguments == 2 ? next : luaL_checkint(lua, 2);
    constexpr int kMovesBetweenLooks = 1 << 20;
    for (int i = next; i > position; --i) {
        if (i % kMovesBetweenLooks == 0) current_run(lua).look_at_time(lua);
        lua_rawgeti(lua, 1, i - 1);
        lua_rawseti(lua, 1, i);
    }
    lua_rawseti(lua, 1, position);
    return 0;
}

}  // namespace

void mend_table(lua_State* lua)
{
    lua_getglobal(lua, LUA_TABLIBNAME);
    set_function(lua, "insert", insert);
    lua_pop(lua, 1);
}

}  // namespace server::scripting
