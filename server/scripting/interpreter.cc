#include "server/scripting/interpreter.h"

#include <cstdlib>
#include <new>

#include "server/scripting/api.h"
#include "server/scripting/bytecode.h"
#include "server/scripting/sandbox.h"

namespace server::scripting {

namespace {

// Scripts that need more than this have run away.
constexpr std::size_t kMaxBytes = std::size_t{1} << 29;
constexpr std::size_t kMinMuchBytes = std::size_t{16} << 20;
constexpr std::size_t kBytesBetweenLooks = std::size_t{16} << 20;
constexpr std::size_t kMaxBytesOfSmallRun = std::size_t{64} << 10;

/// Where Lua goes when memory runs out outside of any lua_pcall(); it would end the process.
int throw_bad_alloc(lua_State*) { throw std::bad_alloc{}; }

int run_task(lua_State* lua)
{
    static_cast<Task*>(lua_touserdata(lua, 1))->run(lua);
    return 0;
}

}  // namespace

void* Interpreter::allocate(void* self, void* block, std::size_t old_size, std::size_t new_size)
{
    auto& interpreter = *static_cast<Interpreter*>(self);
    std::size_t& used = interpreter.used_bytes_;
    if (new_size == 0) {
        std::free(block);
        used -= old_size;
        return nullptr;
    }
    if (new_size > old_size && used + (new_size - old_size) > kMaxBytes) return nullptr;
    void* const moved = std::realloc(block, new_size);
    if (moved == nullptr) return nullptr;
    used += new_size - old_size;
    if (new_size > old_size) interpreter.count_allocated(new_size - old_size);
    return moved;
}

/// Few instructions may move many bytes: after so many, the run looks at the time right away.
void Interpreter::count_allocated(std::size_t bytes)
{
    allocated_bytes_ += bytes;
    if (allocated_bytes_ < next_look_) return;
    next_look_ = allocated_bytes_ + kBytesBetweenLooks;
    if (run_ == nullptr) return;
    constexpr int kNow = 1;
    lua_sethook(lua(), lua_gethook(lua()), LUA_MASKCOUNT, kNow);
}

Interpreter::Interpreter(void (*open_api)(lua_State*, const Dialect&), const Dialect& dialect)
    : much_bytes_(kMinMuchBytes), lua_(lua_newstate(allocate, this))
{
    if (lua_ == nullptr) throw std::bad_alloc{};
    lua_State* const lua = lua_.get();
    lua_atpanic(lua, throw_bad_alloc);
    open_libraries(lua);
    open_api(lua, dialect);
    name_api(lua, LUA_GLOBALSINDEX, dialect);
    close_sandbox(lua);
    open_globals_ = keep();
    globals_ = keep();
    lua_pushcfunction(lua, run_task);
    task_runner_ = keep();
    lua_pushcfunction(lua, describe_error);
    error_handler_ = keep();
}

bool Interpreter::compile(std::string_view text, const char* chunk_name, std::string& error)
{
    lua_State* const lua = lua_.get();
    const bool is_bytecode = text.starts_with(LUA_SIGNATURE[0]);
    if (!is_bytecode && luaL_loadbuffer(lua, text.data(), text.size(), chunk_name) == 0)
        return true;
    error = is_bytecode ? "user_script: bytecode cannot be loaded" : text_at(lua, -1);
    lua_settop(lua, 0);
    return false;
}

void Interpreter::open_libraries_to_readers()
{
    if (!only_reads_libraries(lua())) return;
    push(open_globals_);
    lua_setfenv(lua(), -2);
}

bool Interpreter::protect(Task& task)
{
    push(task_runner_);
    lua_pushlightuserdata(lua(), &task);
    return lua_pcall(lua(), 1, 0, 0) == 0;
}

void Interpreter::show_globals(int table)
{
    lua_getmetatable(lua(), LUA_GLOBALSINDEX);
    push(table);
    lua_setfield(lua(), -2, "__index");
    lua_pop(lua(), 1);
}

void Interpreter::set_arguments(std::span<const std::string_view> keys,
                                std::span<const std::string_view> others)
{
    keys_.set(*this, keys);
    arguments_.set(*this, others);
}

void Interpreter::set_global(const char* name)
{
    lua_State* const lua = lua_.get();
    for (const int globals : {globals_, open_globals_}) {
        push(globals);
        lua_pushstring(lua, name);
        lua_pushvalue(lua, -3);
        lua_rawset(lua, -3);
        lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
}

void Interpreter::tidy_up()
{
    lua_settop(lua_.get(), 0);
    // A table that a script has made huge is not kept, even if it is empty now.
    if (allocated_bytes_ - allocated_before_run_ > kMaxBytesOfSmallRun) {
        keys_.forget();
        arguments_.forget();
    }
    allocated_before_run_ = allocated_bytes_;
    if (used_bytes_ < much_bytes_) return;
    lua_gc(lua_.get(), LUA_GCCOLLECT, 0);
    much_bytes_ = 2 * used_bytes_ + kMinMuchBytes;
}

}  // namespace server::scripting
