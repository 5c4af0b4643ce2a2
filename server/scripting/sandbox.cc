#include "server/scripting/sandbox.h"

#include "server/scripting/libraries/libraries.h"

namespace server::scripting {

namespace {

// A protected table is an empty one whose metatable holds the real one, under this key.
char real_table_key;

/// Whether the value at `index` is a protected table; then the real one is pushed.
bool push_real_table(lua_State* lua, int index)
{
    if (!lua_istable(lua, index) || lua_getmetatable(lua, index) == 0) return false;
    lua_pushlightuserdata(lua, &real_table_key);
    lua_rawget(lua, -2);
    lua_remove(lua, -2);
    if (lua_istable(lua, -1)) return true;
    lua_pop(lua, 1);
    return false;
}

int refuse_assignment(lua_State* lua)
{
    return luaL_error(lua, "Attempt to modify a readonly table");
}

/// The same from a function of the library: the message names no line.
int refuse_change(lua_State* lua)
{
    push(lua, "Attempt to modify a readonly table");
    return lua_error(lua);
}

int refuse_unknown_global(lua_State* lua)
{
    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'",
                      luaL_checkstring(lua, 2));
}

/// A function that changes its first argument, unless that is protected. Upvalue 1: the original.
int change_unless_protected(lua_State* lua)
{
    if (push_real_table(lua, 1)) return refuse_change(lua);
    return call_wrapped(lua);
}

/// A function that reads its first argument, the real table if that is protected.
int read_real_table(lua_State* lua)
{
    if (push_real_table(lua, 1)) lua_replace(lua, 1);
    return call_wrapped(lua);
}

/// pairs() of a protected table must not hand out the real one: its `next` looks it up each time.
int pairs(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

/// getmetatable() gives what a script set itself, and a protected copy for strings.
int getmetatable(lua_State* lua)
{
    luaL_checkany(lua, 1);
    if (lua_getmetatable(lua, 1) == 0) {
        lua_pushnil(lua);
        return 1;
    }
    lua_pop(lua, 1);
    if (push_real_table(lua, 1)) {
        lua_pop(lua, 1);
        lua_pushnil(lua);
        return 1;
    }
    if (luaL_getmetafield(lua, 1, "__metatable") == 0) lua_getmetatable(lua, 1);
    return 1;
}

void open(lua_State* lua, const char* name, lua_CFunction opener)
{
    lua_pushcfunction(lua, opener);
    lua_pushstring(lua, name);
    lua_call(lua, 1, 0);
}

/// REQUIRES the globals on top of the stack.
void guard_base(lua_State* lua)
{
    set_function(lua, "getmetatable", getmetatable);
    wrap_function(lua, "rawset", change_unless_protected);
    wrap_function(lua, "setmetatable", change_unless_protected);
    wrap_function(lua, "rawget", read_real_table);
    wrap_function(lua, "next", read_real_table);
    lua_getfield(lua, -1, "next");
    lua_pushcclosure(lua, pairs, 1);
    lua_setfield(lua, -2, "pairs");
}

/// REQUIRES the globals on top of the stack.
void guard_table(lua_State* lua)
{
    lua_getfield(lua, -1, "table");
    for (const char* changing : {"insert", "remove", "setn"})
        wrap_function(lua, changing, change_unless_protected);
    lua_pop(lua, 1);
}

/// Pushes a table with the fields of the one on top of the stack.
void copy_table(lua_State* lua)
{
    lua_newtable(lua);
    for (lua_pushnil(lua); lua_next(lua, -3) != 0;) {
        lua_pushvalue(lua, -2);
        lua_insert(lua, -2);
        lua_rawset(lua, -4);
    }
}

/// The strings' own metatable finds the protected library, and shows a protected self.
/// REQUIRES the globals on top of the stack.
void protect_strings(lua_State* lua)
{
    push(lua, "");
    lua_getmetatable(lua, -1);
    lua_getfield(lua, -3, "string");
    lua_setfield(lua, -2, "__index");
    lua_newtable(lua);
    lua_getfield(lua, -2, "__index");
    lua_setfield(lua, -2, "__index");
    protect(lua);
    lua_setfield(lua, -2, "__metatable");
    lua_pop(lua, 2);
}

}  // namespace

void open_libraries(lua_State* lua)
{
    open(lua, "", luaopen_base);
    open(lua, LUA_TABLIBNAME, luaopen_table);
    open(lua, LUA_STRLIBNAME, luaopen_string);
    open(lua, LUA_MATHLIBNAME, luaopen_math);
    open_bit(lua);
    open_cjson(lua);
    open_cmsgpack(lua);
    open_struct(lua);
    mend_base(lua);
    mend_coroutine(lua);
    mend_math(lua);
    mend_string(lua);
    mend_table(lua);
}

void protect(lua_State* lua)
{
    lua_newtable(lua);
    lua_newtable(lua);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    set_function(lua, "__newindex", refuse_assignment);
    lua_pushlightuserdata(lua, &real_table_key);
    lua_pushvalue(lua, -4);
    lua_rawset(lua, -3);
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

void refuse_unknown_names(lua_State* lua)
{
    lua_newtable(lua);
    set_function(lua, "__index", refuse_unknown_global);
    lua_setmetatable(lua, -2);
}

void close_sandbox(lua_State* lua)
{
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    guard_base(lua);
    guard_table(lua);
    copy_table(lua);
    lua_insert(lua, -2);
    for (const std::string_view library : kProtectedLibraries) {
        lua_getfield(lua, -1, library.data());
        protect(lua);
        lua_setfield(lua, -2, library.data());
    }
    protect_strings(lua);

    refuse_unknown_names(lua);

    lua_pushvalue(lua, -1);
    protect(lua);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, "_G");
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -4, "_G");
    lua_replace(lua, LUA_GLOBALSINDEX);

    lua_insert(lua, -2);
    refuse_unknown_names(lua);
}

}  // namespace server::scripting
