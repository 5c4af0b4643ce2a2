#include <string>

#include "server/scripting/libraries/libraries.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

/// As long as Redis's strings can be.
constexpr std::size_t kMaxStringBytes = std::size_t{512} << 20;

/// insert(table, [position,] value). Moves what follows, however far away the position is.
int insert(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    const int next = static_cast<int>(lua_objlen(lua, 1)) + 1;
    const int arguments = lua_gettop(lua);
    if (arguments != 2 && arguments != 3)
        return luaL_error(lua, "wrong number of arguments to 'insert'");
    const int position = arguments == 2 ? next : luaL_checkint(lua, 2);
    Pace pace{lua};
    for (int i = next; i > position; --i) {
        pace.step();
        lua_rawgeti(lua, 1, i - 1);
        lua_rawseti(lua, 1, i);
    }
    lua_rawseti(lua, 1, position);
    return 0;
}

/// concat(table [, separator [, first [, last]]]).
int concat(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    std::size_t separator_size = 0;
    const char* const separator = luaL_optlstring(lua, 2, "", &separator_size);
    const int first = luaL_optint(lua, 3, 1);
    const int last =
        lua_isnoneornil(lua, 4) ? static_cast<int>(lua_objlen(lua, 1)) : luaL_checkint(lua, 4);
    std::string result;
    Pace pace{lua};
    for (std::int64_t i = first; i <= last; ++i) {
        pace.step();
        lua_rawgeti(lua, 1, static_cast<int>(i));
        if (lua_isstring(lua, -1) == 0) {
            return luaL_error(lua, "invalid value (%s) at index %d in table for 'concat'",
                              luaL_typename(lua, -1), static_cast<int>(i));
        }
        const std::string_view text = text_at(lua, -1);
        if (text.size() + separator_size > kMaxStringBytes - result.size())
            return luaL_error(lua, "resulting string too large");
        result += text;
        if (i < last) result.append(separator, separator_size);
        lua_pop(lua, 1);
    }
    push(lua, result);
    return 1;
}

/// Compares two values as sort() does itself, or by a function in C (upvalue 2): Lua looks at the
/// time in neither. Upvalue 1: the pace of all comparisons.
int compare(lua_State* lua)
{
    static_cast<Pace*>(lua_touserdata(lua, lua_upvalueindex(1)))->step();
    if (lua_isnil(lua, lua_upvalueindex(2))) {
        lua_pushboolean(lua, lua_lessthan(lua, 1, 2));
        return 1;
    }
    lua_pushvalue(lua, lua_upvalueindex(2));
    lua_insert(lua, 1);
    lua_call(lua, 2, 1);
    return 1;
}

/// sort(table [, less]): Lua's own, whose order of equal values scripts may know. It may take the
/// square of the table's size; a small one is sorted soon all the same.
int sort(lua_State* lua)
{
    constexpr std::size_t kSmall = 1024;
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    const bool looks_itself = lua_isfunction(lua, 2) && lua_iscfunction(lua, 2) == 0;
    Pace pace{lua};
    if (lua_objlen(lua, 1) > kSmall && !looks_itself) {
        if (!lua_isnil(lua, 2)) luaL_checktype(lua, 2, LUA_TFUNCTION);
        lua_pushlightuserdata(lua, &pace);
        lua_insert(lua, 2);
        lua_pushcclosure(lua, compare, 2);
    }
    return call_wrapped(lua);
}

}  // namespace

void mend_table(lua_State* lua)
{
    lua_getglobal(lua, LUA_TABLIBNAME);
    set_function(lua, "insert", insert);
    set_function(lua, "concat", concat);
    wrap_function(lua, "sort", sort);
    lua_pop(lua, 1);
}

}  // namespace server::scripting
