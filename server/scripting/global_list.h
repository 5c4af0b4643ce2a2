#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "server/scripting/lua.h"

namespace server::scripting {

class Interpreter;

/// Pushes a new table with the words as its elements.
void push_list(lua_State* lua, std::span<const std::string_view> words);

/// A global that is a list of words, KEYS or ARGV. Short lists share one table: most scripts get
/// few words, and a new table would cost more than those. What a script did to the table is not
/// seen by the next one.
class GlobalList
{
public:
    explicit GlobalList(const char* name) : name_(name) {}

    /// Sets the global. REQUIRES that no script runs, and room for four values on the stack.
    void set(Interpreter& interpreter, std::span<const std::string_view> words);

    /// The next list gets a new table.
    void forget() { is_reusable_ = false; }

private:
    bool set_again(Interpreter& interpreter, std::span<const std::string_view> words);

    const char* const name_;
    int table_ = LUA_NOREF;
    bool is_reusable_ = false;
    std::size_t last_size_ = 0;
};

}  // namespace server::scripting
