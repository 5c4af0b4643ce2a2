#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "server/scripting/lua.h"

namespace server::scripting {

/// Lua with its sandbox closed, and the memory that it may use.
class Interpreter
{
public:
    /// `open_api` pushes the table that scripts know as `redis`.
    explicit Interpreter(void (*open_api)(lua_State*));

    lua_State* lua() { return lua_.get(); }

    /// Compiles a script and keeps it; 0 if it is wrong, with the reason. Its lines are numbered
    /// from the first one of `text`. Errors name it by `chunk_name`.
    int compile(std::string_view text, const char* chunk_name, std::string& error);

    /// Puts on the stack what is kept, a script or a function.
    void push(int kept) { lua_rawgeti(lua(), LUA_REGISTRYINDEX, kept); }

    /// Keeps it no more.
    void release(int kept) { luaL_unref(lua(), LUA_REGISTRYINDEX, kept); }

    /// From now on the fields of the table that is kept as `table`, and no others, are the globals.
    void show_globals(int table);
    void show_all_globals() { show_globals(globals_); }

    /// Sets a global, KEYS or ARGV, to the value on top of the stack, and pops that.
    void set_global(const char* name);

    /// After a script: drops what it left on the stack, and frees all garbage if it has become
    /// much. Lua itself frees what is little as it goes.
    void tidy_up();

    /// Bytes of memory in use.
    std::size_t memory_bytes() const { return used_bytes_; }

private:
    struct Close
    {
        void operator()(lua_State* lua) const { lua_close(lua); }
    };

    static void* allocate(void* self, void* block, std::size_t old_size, std::size_t new_size);

    void count_allocated(std::size_t bytes);

    std::size_t used_bytes_ = 0;
    std::size_t allocated_bytes_ = 0;  ///< since they last made the run look at the time
    std::size_t much_bytes_;           ///< from here on all garbage is collected
    std::unique_ptr<lua_State, Close> lua_;
    int globals_ = 0;
};

}  // namespace server::scripting
