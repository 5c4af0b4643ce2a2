#include "ascii/case.h"
#include "server/scripting/api.h"
#include "server/scripting/library.h"
#include "server/scripting/shebang.h"

namespace server::scripting {

namespace {

// redis.register_function(), in its two forms:
//
//     redis.register_function('name', callback)
//     redis.register_function{function_name = 'name', callback = callback, flags = {'no-writes'},
//                             description = 'text'}

/// Where on the stack the callback is, in the end.
constexpr int kCallback = 2;

/// The text on top of the stack. Raises an error if there is none.
std::string top_text(lua_State* lua, std::string_view error)
{
    if (lua_isstring(lua, -1) == 0) raise(lua, error);
    lua_pushvalue(lua, -1);  // lua_next() must not find its key changed into a text
    std::string text{text_at(lua, -1)};
    lua_pop(lua, 1);
    return text;
}

ScriptFlags top_flags(lua_State* lua)
{
    if (!lua_istable(lua, -1)) {
        raise(lua,
              "ERR flags argument to redis.register_function must be a table representing function "
              "flags");
    }
    ScriptFlags flags;
    for (int i = 1;; ++i) {
        lua_rawgeti(lua, -1, i);
        const bool is_end = lua_isnil(lua, -1);
        if (!is_end && !(lua_type(lua, -1) == LUA_TSTRING && flags.add(text_at(lua, -1))))
            raise(lua, "ERR unknown flag given");
        lua_pop(lua, 1);
        if (is_end) return flags;
    }
}

/// One of the named arguments: its value is on top of the stack.
void read_named(lua_State* lua, std::string_view name, LibraryFunction& function)
{
    if (ascii::equal_ignoring_case(name, "function_name")) {
        function.name = top_text(
            lua, "ERR function_name argument given to redis.register_function must be a string");
    } else if (ascii::equal_ignoring_case(name, "description")) {
        function.description = top_text(
            lua, "ERR description argument given to redis.register_function must be a string");
    } else if (ascii::equal_ignoring_case(name, "callback")) {
        if (!lua_isfunction(lua, -1)) {
            raise(lua, "ERR callback argument given to redis.register_function must be a function");
        }
        lua_pushvalue(lua, -1);
        lua_replace(lua, kCallback);
    } else if (ascii::equal_ignoring_case(name, "flags")) {
        function.flags = top_flags(lua);
    } else {
        raise(lua, "ERR unknown argument given to redis.register_function");
    }
}

void read_table(lua_State* lua, LibraryFunction& function)
{
    if (!lua_istable(lua, 1)) {
        raise(
            lua,
            "ERR calling redis.register_function with a single argument is only applicable to Lua "
            "table (representing named arguments).");
    }
    lua_settop(lua, kCallback);
    bool has_name = false;
    for (lua_pushnil(lua); lua_next(lua, 1) != 0; lua_pop(lua, 1)) {
        lua_pushvalue(lua, -2);
        const std::string name = top_text(
            lua, "ERR named argument key given to redis.register_function is not a string");
        lua_pop(lua, 1);
        read_named(lua, name, function);
        has_name |= ascii::equal_ignoring_case(name, "function_name");
    }
    if (!has_name) raise(lua, "ERR redis.register_function must get a function name argument");
    if (lua_isnil(lua, kCallback))
        raise(lua, "ERR redis.register_function must get a callback argument");
}

void read_pair(lua_State* lua, LibraryFunction& function)
{
    lua_pushvalue(lua, 1);
    function.name = top_text(lua, "ERR first argument to redis.register_function must be a string");
    lua_pop(lua, 1);
    if (!lua_isfunction(lua, 2))
        raise(lua, "ERR second argument to redis.register_function must be a function");
}

}  // namespace

int register_function(lua_State* lua)
{
    Library* const library = current_run(lua).library();
    if (library == nullptr)
        return raise(lua,
                     "ERR redis.register_function can only be called on FUNCTION LOAD command");
    LibraryFunction function{
        .library = library, .name = {}, .description = {}, .flags = {}, .code = LUA_NOREF};
    switch (lua_gettop(lua)) {
        case 1: read_table(lua, function); break;
        case 2: read_pair(lua, function); break;
        default: return raise(lua, "ERR wrong number of arguments to redis.register_function");
    }
    if (!is_valid_name(function.name)) return raise(lua, kInvalidName);
    // FCALL ignores the case of names, so two names must not differ by it alone.
    const auto [place, is_new] =
        library->functions.try_emplace(ascii::lower(function.name), std::move(function));
    if (!is_new) return raise(lua, "ERR Function already exists in the library");
    lua_settop(lua, kCallback);
    // While it is loaded, a library sees other globals.
    library->interpreter.open_libraries_to_readers();
    place->second.code = library->interpreter.keep();
    return 0;
}

}  // namespace server::scripting
