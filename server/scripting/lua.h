#pragma once

// The one place that includes Lua.
#include <lua.hpp>
#include <span>
#include <string_view>

namespace server::scripting {

inline void push(lua_State* lua, std::string_view text)
{
    lua_pushlstring(lua, text.data(), text.size());
}

/// The text at `index`. REQUIRES a string there: a number would be changed into one in place.
inline std::string_view text_at(lua_State* lua, int index)
{
    std::size_t size = 0;
    const char* const text = lua_tolstring(lua, index, &size);
    return {text, size};
}

/// A function's argument that must be a text; a number will do. Raises an error otherwise.
inline std::string_view check_text(lua_State* lua, int argument)
{
    std::size_t size = 0;
    const char* const text = luaL_checklstring(lua, argument, &size);
    return {text, size};
}

/// Sets a field of the table on top of the stack.
inline void set_text(lua_State* lua, const char* field, std::string_view text)
{
    push(lua, text);
    lua_setfield(lua, -2, field);
}

/// Raises an error that names no line of its own: the handler adds where it came from.
inline int raise(lua_State* lua, std::string_view text)
{
    lua_createtable(lua, 0, 1);
    set_text(lua, "err", text);
    return lua_error(lua);
}

inline void set_function(lua_State* lua, const char* name, lua_CFunction function)
{
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
}

struct Function
{
    const char* name;
    lua_CFunction function;
};

inline void set_functions(lua_State* lua, std::span<const Function> functions)
{
    for (const auto& [name, function] : functions) set_function(lua, name, function);
}

/// Replaces a function of the table on top of the stack by one that has the old as its upvalue.
inline void wrap_function(lua_State* lua, const char* name, lua_CFunction wrapper)
{
    lua_getfield(lua, -1, name);
    lua_pushcclosure(lua, wrapper, 1);
    lua_setfield(lua, -2, name);
}

/// Calls the wrapped function with all arguments; what it returned is all that is on the stack.
inline int call_wrapped(lua_State* lua)
{
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, lua_gettop(lua) - 1, LUA_MULTRET);
    return lua_gettop(lua);
}

}  // namespace server::scripting
