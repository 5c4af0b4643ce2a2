#include "server/scripting/library.h"

#include "server/execution/command_error.h"
#include "server/scripting/api.h"
#include "server/scripting/sandbox.h"
#include "server/server.h"

namespace server::scripting {

namespace {

/// While it lives, scripts see what they may use while a library is loaded.
class LoadingGlobals
{
public:
    LoadingGlobals(Interpreter& interpreter, int globals) : interpreter_(interpreter)
    {
        interpreter_.show_globals(globals);
    }
    ~LoadingGlobals() { interpreter_.show_all_globals(); }
    LoadingGlobals(const LoadingGlobals&) = delete;
    LoadingGlobals& operator=(const LoadingGlobals&) = delete;

private:
    Interpreter& interpreter_;
};

class Loading final : public Task
{
public:
    Loading(Interpreter& interpreter, int code) : interpreter_(interpreter), code_(code) {}

    void run(lua_State* lua) override
    {
        interpreter_.push_error_handler();
        interpreter_.push(code_);
        if (lua_pcall(lua, 0, 0, -2) == 0) return;
        error = "ERR unknown error";
        if (lua_istable(lua, -1)) lua_getfield(lua, -1, "err");
        if (lua_isstring(lua, -1) != 0) error = text_at(lua, -1);
    }

    std::string error;  ///< empty if all went well

private:
    Interpreter& interpreter_;
    const int code_;
};

}  // namespace

Library::~Library()
{
    for (const auto& function : functions) interpreter.release(function.second.code);
}

LibraryHost::LibraryHost(Server& server)
    : server_(server), interpreter_(open_function_api, server.dialect)
{
    lua_State* const lua = interpreter_.lua();
    lua_newtable(lua);
    const int names = lua_gettop(lua);
    open_loading_api(lua, server.dialect);
    refuse_unknown_names(lua);
    protect(lua);
    name_api(lua, names, server.dialect);
    refuse_unknown_names(lua);
    loading_globals_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

std::unique_ptr<Library> LibraryHost::load(std::string name, std::string_view code,
                                           std::string_view body, Workplace& place)
{
    std::string error;
    if (!interpreter_.compile(body, "@user_function", error))
        throw CommandError{"ERR Error compiling function: {}", error};
    const int chunk = interpreter_.keep();
    Loading loading{interpreter_, chunk};
    auto library = std::make_unique<Library>(interpreter_, std::move(name), code);
    {
        const Run run{server_, place, interpreter_, 0, {.is_function = true}, library.get()};
        const LoadingGlobals globals{interpreter_, loading_globals_};
        if (!interpreter_.protect(loading)) loading.error = "ERR not enough memory";
    }
    interpreter_.release(chunk);
    interpreter_.tidy_up();
    if (!loading.error.empty())
        throw CommandError{"ERR Error registering functions: {}", loading.error};
    if (library->functions.empty()) throw CommandError{"ERR No functions registered"};
    return library;
}

}  // namespace server::scripting
