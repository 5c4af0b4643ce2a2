#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/dialects/dialect.h"
#include "server/scripting/global_list.h"
#include "server/scripting/lua.h"

namespace server::scripting {

class Run;

/// Something that is done inside of Lua's protection.
class Task
{
public:
    virtual void run(lua_State* lua) = 0;

protected:
    ~Task() = default;
};

/// Lua with its sandbox closed, and the memory that it may use.
class Interpreter
{
public:
    /// `open_api` pushes the table that scripts know as `redis`, and scripts for Valkey as
    /// `server`.
    Interpreter(void (*open_api)(lua_State*, const Dialect&), const Dialect& dialect);

    /// The one that a function of a library is called by.
    static Interpreter& of(lua_State* lua)
    {
        void* self = nullptr;
        lua_getallocf(lua, &self);
        return *static_cast<Interpreter*>(self);
    }

    lua_State* lua() { return lua_.get(); }

    /// What runs in it, if anything does.
    Run* run() const { return run_; }
    void set_run(Run* run) { run_ = run; }

    /// Compiles a script and leaves it on the stack. False if it is wrong, with the reason. Its
    /// lines are numbered from the first one of `text`. Errors name it by `chunk_name`.
    bool compile(std::string_view text, const char* chunk_name, std::string& error);

    /// Makes the function on top of the stack find the libraries faster, if it is sure to change
    /// none of them.
    void open_libraries_to_readers();

    /// Keeps the value on top of the stack, and pops it.
    int keep() { return luaL_ref(lua(), LUA_REGISTRYINDEX); }

    /// Puts on the stack what is kept, a script or a function.
    void push(int kept) { lua_rawgeti(lua(), LUA_REGISTRYINDEX, kept); }

    /// Puts on the stack what lua_pcall() takes to describe errors.
    void push_error_handler() { push(error_handler_); }

    /// False if an error ended the task: most likely there was no memory left.
    bool protect(Task& task);

    /// Keeps it no more.
    void release(int kept) { luaL_unref(lua(), LUA_REGISTRYINDEX, kept); }

    /// From now on the fields of the table that is kept as `table`, and no others, are the globals.
    void show_globals(int table);
    void show_all_globals() { show_globals(globals_); }

    /// Sets KEYS and ARGV.
    void set_arguments(std::span<const std::string_view> keys,
                       std::span<const std::string_view> others);

    /// Sets a global to the value on top of the stack, and pops that.
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
    std::size_t allocated_bytes_ = 0;       ///< in all its life
    std::size_t allocated_before_run_ = 0;  ///< what they were before the last script
    std::size_t next_look_ = 0;  ///< when so many were, they make the run look at the time
    std::size_t much_bytes_;     ///< from here on all garbage is collected
    Run* run_ = nullptr;
    // What is kept for each run: a function of ours would be a new object each time it is pushed.
    int error_handler_ = 0;
    int task_runner_ = 0;
    int globals_ = 0;
    int open_globals_ = 0;  ///< the same with the libraries as they are
    GlobalList keys_{"KEYS"};
    GlobalList arguments_{"ARGV"};
    std::unique_ptr<lua_State, Close> lua_;  ///< last: it allocates with the help of the others
};

}  // namespace server::scripting
