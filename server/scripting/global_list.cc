#include "server/scripting/global_list.h"

#include <algorithm>

#include "server/scripting/interpreter.h"

namespace server::scripting {

namespace {

constexpr std::size_t kShort = 8;

void set_elements(lua_State* lua, std::span<const std::string_view> words)
{
    for (std::size_t i = 0; i < words.size(); ++i) {
        push(lua, words[i]);
        lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
}

/// Whether the table on top of the stack has so many fields, and no metatable.
bool is_plain(lua_State* lua, std::size_t size)
{
    if (lua_getmetatable(lua, -1) != 0) {
        lua_pop(lua, 1);
        return false;
    }
    for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
        if (size-- > 0) continue;
        lua_pop(lua, 2);
        return false;
    }
    return true;
}

}  // namespace

void push_list(lua_State* lua, std::span<const std::string_view> words)
{
    lua_createtable(lua, static_cast<int>(words.size()), 0);
    set_elements(lua, words);
}

void GlobalList::set(Interpreter& interpreter, std::span<const std::string_view> words)
{
    const bool is_short = words.size() <= kShort;
    if (is_short && is_reusable_ && set_again(interpreter, words)) return;
    lua_State* const lua = interpreter.lua();
    lua_createtable(lua, static_cast<int>(std::max(words.size(), kShort)), 0);
    set_elements(lua, words);
    lua_pushvalue(lua, -1);
    interpreter.release(table_);
    table_ = interpreter.keep();
    interpreter.set_global(name_);
    last_size_ = words.size();
    is_reusable_ = is_short;
}

/// False if a script has left in the table what does not belong there.
bool GlobalList::set_again(Interpreter& interpreter, std::span<const std::string_view> words)
{
    lua_State* const lua = interpreter.lua();
    interpreter.push(table_);
    set_elements(lua, words);
    for (std::size_t i = words.size(); i < last_size_; ++i) {
        lua_pushnil(lua);
        lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
    last_size_ = words.size();
    const bool is_clean = is_plain(lua, words.size());
    lua_pop(lua, 1);
    return is_clean;
}

}  // namespace server::scripting
