#include "server/scripting/scripting.h"

#include <fmt/format.h>

#include "ascii/case.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/scripting/api.h"
#include "server/scripting/values.h"
#include "server/server.h"

namespace server::scripting {

namespace {

void push_list(lua_State* lua, std::span<const std::string_view> words)
{
    lua_createtable(lua, static_cast<int>(words.size()), 0);
    for (std::size_t i = 0; i < words.size(); ++i) {
        push(lua, words[i]);
        lua_rawseti(lua, -2, static_cast<int>(i) + 1);
    }
}

/// A text of the error's table; empty if there is none.
std::string error_field(lua_State* lua, const char* name)
{
    lua_getfield(lua, -1, name);
    std::string text;
    if (lua_isstring(lua, -1) != 0) text = text_at(lua, -1);
    lua_pop(lua, 1);
    return text;
}

/// All that is done inside of Lua's protection: if memory runs out anywhere in it, it just ends.
struct Job
{
    Interpreter& interpreter;
    int function;
    std::string_view name;
    const Arguments& arguments;
    Run& run;
    protocol::ReplyWriter& reply;

    void do_it(lua_State* lua) const
    {
        push_list(lua, arguments.keys);
        interpreter.set_global("KEYS");
        push_list(lua, arguments.others);
        interpreter.set_global("ARGV");
        lua_pushcfunction(lua, describe_error);
        const int handler = lua_gettop(lua);
        interpreter.push_script(function);
        if (lua_pcall(lua, 0, 1, handler) != 0) return report_error(lua);
        const auto start = reply.size();
        if (write_reply(lua, reply, run.version())) return;
        reply.rewind(start);
        reply.error("ERR the reply of the script is too deep or too long");
    }

    /// The error is on top of the stack: as a table, if describe_error() had its turn.
    void report_error(lua_State* lua) const
    {
        Stats& stats = run.server().stats;
        if (!lua_istable(lua, -1)) {
            const char* const text = lua_tostring(lua, -1);
            const auto line =
                fmt::format("ERR {} script: {}", text != nullptr ? text : "nil", name);
            stats.count_error(line);
            return reply.error(line);
        }
        std::string line = error_field(lua, "err");
        if (line.empty()) line = "ERR unknown error";
        line += fmt::format(" script: {}", name);
        if (const std::string source = error_field(lua, "source"); !source.empty())
            line += fmt::format(", on {}:{}.", source, error_field(lua, "line"));
        lua_getfield(lua, -1, "ignore_error_stats_update");
        if (lua_toboolean(lua, -1) == 0) stats.count_error(line);
        reply.error(line);
    }
};

int do_job(lua_State* lua)
{
    static_cast<const Job*>(lua_touserdata(lua, 1))->do_it(lua);
    return 0;
}

}  // namespace

Interpreter& Scripting::interpreter()
{
    if (!interpreter_) interpreter_ = std::make_unique<Interpreter>(open_api);
    return *interpreter_;
}

void Scripting::eval(Call& call, std::string_view text, const Arguments& arguments)
{
    run(call, find_or_compile(text), arguments);
}

void Scripting::eval_known(Call& call, std::string_view sha1, const Arguments& arguments)
{
    const Known* const known = find(sha1);
    if (known == nullptr) throw CommandError{kNoScript};
    run(call, *known, arguments);
}

Sha1 Scripting::load(std::string_view text)
{
    Sha1 digits;
    find_or_compile(text).first.copy(digits.data(), digits.size());
    return digits;
}

bool Scripting::is_known(std::string_view sha1) const { return find(sha1) != nullptr; }

void Scripting::flush()
{
    scripts_.clear();
    text_bytes_ = 0;
    last_ = nullptr;
    interpreter_.reset();
}

std::size_t Scripting::interpreter_bytes() const
{
    return interpreter_ ? interpreter_->memory_bytes() : 0;
}

const Scripting::Known* Scripting::find(std::string_view sha1) const
{
    if (sha1.size() != Sha1{}.size()) return nullptr;
    const auto found = scripts_.find(ascii::lower(sha1));
    return found == scripts_.end() ? nullptr : &*found;
}

const Scripting::Known& Scripting::find_or_compile(std::string_view text)
{
    if (last_ != nullptr && last_->second.text == text) return *last_;
    const Sha1 digits = sha1(text);
    std::string name{digits.data(), digits.size()};
    const auto found = scripts_.find(name);
    last_ = found != scripts_.end() ? &*found : &compile(std::move(name), text);
    return *last_;
}

const Scripting::Known& Scripting::compile(std::string name, std::string_view text)
{
    std::string_view body = text;
    const Shebang shebang = take_shebang(body);
    std::string error;
    const int function = interpreter().compile(body, error);
    if (function == 0) throw CommandError{"ERR Error compiling script (new function): {}", error};
    const auto added = scripts_.emplace(
        std::move(name),
        Script{.function = function, .text = std::string{text}, .shebang = shebang});
    text_bytes_ += text.size();
    return *added.first;
}

void Scripting::run(Call& call, const Known& known, const Arguments& arguments)
{
    const auto& [name, script] = known;
    const auto& [has_flags, no_writes, allow_oom] = script.shebang;
    if (server_.over_memory_limit && has_flags && !allow_oom && !no_writes) {
        throw CommandError{
            "OOM allow-oom flag is not set on the script, can not run it when used memory > "
            "'maxmemory'"};
    }
    if (arguments.read_only && has_flags && !no_writes)
        throw CommandError{"ERR Can not execute a script with write flag using *_ro command."};

    Interpreter& host = interpreter();
    const auto start = call.reply.size();
    {
        Run run{server_, place_, host.lua(), call.session, arguments.read_only || no_writes};
        Job job{host, script.function, name, arguments, run, call.reply};
        if (lua_cpcall(host.lua(), do_job, &job) != 0) {
            call.reply.rewind(start);
            call.reply.error("ERR not enough memory for the script");
        }
    }
    host.tidy_up();
}

}  // namespace server::scripting
