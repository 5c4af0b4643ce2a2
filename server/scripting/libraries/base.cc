#include <cstdint>
#include <string>

#include "server/scripting/libraries/libraries.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

constexpr std::size_t kMaxTextBytes = std::size_t{1} << 26;

/// An error with a field `err`, as redis.call() raises it, arrives as that text.
int pcall(lua_State* lua)
{
    luaL_checkany(lua, 1);
    const int status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
    lua_pushboolean(lua, status == 0 ? 1 : 0);
    lua_insert(lua, 1);
    if (status == 0) return lua_gettop(lua);
    current_run(lua).end_if_over(lua);
    if (lua_istable(lua, 2)) {
        push(lua, "err");
        lua_rawget(lua, 2);
        if (lua_isstring(lua, -1) != 0) lua_replace(lua, 2);
        lua_settop(lua, 2);
    }
    return 2;
}

/// xpcall() and coroutine.resume() catch errors, too.
int call_unless_over(lua_State* lua)
{
    const int results = call_wrapped(lua);
    current_run(lua).end_if_over(lua);
    return results;
}

/// A script's handler of errors, upvalue 1. If it is a look at the time that has raised the error,
/// Lua makes no other look until that is handled: such a handler could run for ever.
int handle_error(lua_State* lua)
{
    if (current_run(lua).is_over()) return 1;
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, 1, 1);
    return 1;
}

int xpcall(lua_State* lua)
{
    if (lua_isfunction(lua, 2)) {
        lua_pushvalue(lua, 2);
        lua_pushcclosure(lua, handle_error, 1);
        lua_replace(lua, 2);
    }
    return call_unless_over(lua);
}

/// A text that Lua compiles piece by piece, with a look at the time before each.
struct SourceText
{
    std::string_view rest;

    static const char* read(lua_State* lua, void* data, std::size_t* size)
    {
        constexpr std::size_t kPiece = std::size_t{1} << 16;
        std::string_view& rest = static_cast<SourceText*>(data)->rest;
        const std::string_view piece = rest.substr(0, kPiece);
        if (rest.size() > kPiece) current_run(lua).look_at_time(lua);
        rest.remove_prefix(piece.size());
        *size = piece.size();
        return piece.data();
    }
};

int load_text(lua_State* lua, std::string_view text, const char* name)
{
    if (text.starts_with(LUA_SIGNATURE[0])) {
        lua_pushnil(lua);
        push(lua, "bytecode cannot be loaded");
        return 2;
    }
    SourceText source{text};
    if (lua_load(lua, SourceText::read, &source, name) == 0) return 1;
    current_run(lua).end_if_over(lua);
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

int loadstring(lua_State* lua)
{
    const std::string_view text = check_text(lua, 1);
    return load_text(lua, text, luaL_optstring(lua, 2, text.data()));
}

/// load(): the text comes from a function, piece by piece. All of it is read first: while Lua 5.1
/// compiles, its collector must not run scripts.
int load(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TFUNCTION);
    const char* const name = luaL_optstring(lua, 2, "=(load)");
    std::string text;
    while (true) {
        lua_pushvalue(lua, 1);
        lua_call(lua, 0, 1);
        if (lua_isnil(lua, -1)) break;
        if (lua_isstring(lua, -1) == 0)
            return luaL_error(lua, "reader function must return a string");
        const std::string_view piece = text_at(lua, -1);
        if (piece.empty()) break;
        if (text.size() + piece.size() > kMaxTextBytes) return luaL_error(lua, "chunk is too long");
        text += piece;
        lua_pop(lua, 1);
    }
    return load_text(lua, text, name);
}

/// collectgarbage(): a script may look and collect, but the next ones must find a collector that
/// works: what would stop or slow it does nothing, and answers as it does at first.
int collectgarbage(lua_State* lua)
{
    const std::string_view option = luaL_optstring(lua, 1, "collect");
    const bool is_switch = option == "stop" || option == "restart";
    const bool is_pace = option == "setpause" || option == "setstepmul";
    if (!is_switch && !is_pace) return call_wrapped(lua);
    constexpr int kPace = 200;  // Lua's for both
    lua_pushinteger(lua, is_switch ? 0 : kPace);
    return 1;
}

/// Lua's own counts in an int, which overflows.
int unpack(lua_State* lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    const std::int64_t first = luaL_optint(lua, 2, 1);
    const std::int64_t last =
        lua_isnoneornil(lua, 3) ? static_cast<int>(lua_objlen(lua, 1)) : luaL_checkint(lua, 3);
    if (first > last) return 0;
    const std::int64_t count = last - first + 1;
    if (count > LUAI_MAXCSTACK || lua_checkstack(lua, static_cast<int>(count)) == 0)
        return luaL_error(lua, "too many results to unpack");
    for (std::int64_t i = first; i <= last; ++i) lua_rawgeti(lua, 1, static_cast<int>(i));
    return static_cast<int>(count);
}

}  // namespace

void mend_base(lua_State* lua)
{
    lua_pushvalue(lua, LUA_GLOBALSINDEX);
    for (const char* gone :
         {"dofile", "loadfile", "print", "getfenv", "setfenv", "newproxy", "module", "require"}) {
        lua_pushnil(lua);
        lua_setfield(lua, -2, gone);
    }
    constexpr Function kFunctions[] = {
        {"pcall", pcall}, {"load", load}, {"loadstring", loadstring}, {"unpack", unpack}};
    set_functions(lua, kFunctions);
    wrap_function(lua, "xpcall", xpcall);
    wrap_function(lua, "collectgarbage", collectgarbage);
    lua_pop(lua, 1);
}

void mend_coroutine(lua_State* lua)
{
    lua_getglobal(lua, LUA_COLIBNAME);
    wrap_function(lua, "resume", call_unless_over);
    lua_pop(lua, 1);
}

}  // namespace server::scripting
