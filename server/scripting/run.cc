#include "server/scripting/run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "server/execution/invocation.h"
#include "server/scripting/values.h"
#include "server/server.h"

namespace server::scripting {

namespace {

constexpr int kInstructionsBetweenLooks = 2'000;
constexpr std::size_t kLongBytes = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kMaxLoadingTime{500};
constexpr std::size_t kNumberSize = 32;
constexpr std::size_t kKeptReplyBytes = 64 * 1024;

void look_at_time(lua_State* lua, lua_Debug*)
{
    // Each instruction may be one on a string as long as the memory in use.
    constexpr int kLittleKilobytes = 1024;
    const int kilobytes = std::max(lua_gc(lua, LUA_GCCOUNT, 0), kLittleKilobytes);
    const int instructions = kInstructionsBetweenLooks * kLittleKilobytes / kilobytes;
    lua_sethook(lua, look_at_time, LUA_MASKCOUNT, std::max(instructions, 1));
    current_run(lua).look_at_time(lua);
}

void push_error(lua_State* lua, std::string_view text)
{
    lua_createtable(lua, 0, 1);
    set_text(lua, "err", text);
}

/// A number among the words of a command, as Redis 7.2 writes it, or with few digits.
std::string_view write_number(const Dialect& dialect, double number,
                              std::array<char, kNumberSize>& place)
{
    static_assert(kNumberSize >= protocol::kMaxDoubleSize);
    if (dialect.has(Difference::ShortScriptNumbers)) {
        const double positive_zero = number == 0 ? 0 : number;
        const char* const end = protocol::write_double(place.data(), positive_zero);
        return {place.data(), static_cast<std::size_t>(end - place.data())};
    }
    const int size = std::snprintf(place.data(), place.size(), "%.17g", number);
    return {place.data(), static_cast<std::size_t>(size)};
}

}  // namespace

Run& current_run(lua_State* lua)
{
    Run* const run = Interpreter::of(lua).run();
    if (run == nullptr) luaL_error(lua, "this can only be used while a script runs");
    return *run;
}

void look_if_long(lua_State* lua, std::size_t bytes)
{
    if (bytes >= kLongBytes) current_run(lua).look_at_time(lua);
}

Run::Run(Server& server, Workplace& place, Interpreter& interpreter, int database,
         RunningScript script, Library* library)
    : server_(server), place_(place), interpreter_(interpreter), library_(library)
{
    interpreter_.set_run(this);
    lua_sethook(interpreter_.lua(), scripting::look_at_time, LUA_MASKCOUNT,
                kInstructionsBetweenLooks);
    place_.session.database = database;
    place_.session.protocol = protocol::Version::Resp2;
    place_.session.tracking = script.caller == nullptr ? nullptr : script.caller->tracking;
    access::Access::act_as(place_.session, script.caller);
    server_.running_script = script;
    server_.running_script.running = true;
    server_.running_script.began = server_.stopwatch();
    server_.timekeeper.hold();
}

Run::~Run()
{
    server_.running_script = {};
    place_.session.tracking = nullptr;
    access::Access::act_as(place_.session, nullptr);
    server_.timekeeper.let_go();
    lua_sethook(interpreter_.lua(), nullptr, 0, 0);
    interpreter_.set_run(nullptr);
    place_.reply.clear();
    place_.reply.release(kKeptReplyBytes);
}

bool Run::read_words(lua_State* lua)
{
    const int count = lua_gettop(lua);
    place_.request.clear();
    std::array<char, kNumberSize> number;
    // Numbers become strings on the stack, which keeps them alive.
    for (int i = 1; i <= count; ++i) {
        if (lua_type(lua, i) == LUA_TNUMBER) {
            push(lua, write_number(server_.dialect, lua_tonumber(lua, i), number));
            lua_replace(lua, i);
        } else if (lua_type(lua, i) != LUA_TSTRING) {
            return false;
        }
        place_.request.push_back(text_at(lua, i));
    }
    return true;
}

void Run::refuse(lua_State* lua, std::string_view error)
{
    push_error(lua, server_.dialect.worded(error));
}

void Run::call(lua_State* lua)
{
    if (lua_gettop(lua) == 0)
        return refuse(lua, "ERR Please specify at least one argument for this redis lib call");
    if (!read_words(lua))
        return refuse(lua, "ERR Lua redis lib command arguments must be strings or integers");

    place_.reply.clear();
    const std::uint64_t changes = server_.stats.changes;
    protocol::ReplyWriter writer{place_.reply, place_.session.protocol};
    const Outcome outcome =
        server_.executor.execute({place_.session, Origin::Script, place_.request, writer});
    if (server_.stats.changes != changes) server_.running_script.changed_something = true;

    lua_settop(lua, 0);  // the words may have been almost as many as the stack holds
    std::string_view reply = place_.reply.view();
    push_reply(lua, reply);
    if (outcome != Outcome::Refused) return;
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, "ignore_error_stats_update");
}

void Run::look_at_time(lua_State* lua)
{
    RunningScript& script = server_.running_script;
    const auto passed = server_.stopwatch() - script.began;
    if (library_ != nullptr) {
        if (passed <= kMaxLoadingTime) return;
        push(lua, "FUNCTION LOAD timeout");
        lua_error(lua);
    }
    const auto threshold = std::chrono::milliseconds{server_.options.busy_reply_threshold};
    if (!script.killed && threshold.count() > 0 && passed > threshold) {
        script.slow = true;
        if (server_.let_others_run) server_.let_others_run();
    }
    end_if_over(lua);
}

bool Run::is_over() const { return server_.running_script.killed || server_.shutdown_requested; }

void Run::end_if_over(lua_State* lua) const
{
    if (!is_over()) return;
    push(lua, server_.running_script.is_function ? "Script killed by user with FUNCTION KILL."
                                                 : "Script killed by user with SCRIPT KILL.");
    lua_error(lua);
}

}  // namespace server::scripting
