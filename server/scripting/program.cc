#include "server/scripting/program.h"

#include <fmt/format.h>

#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/scripting/values.h"
#include "server/server.h"

namespace server::scripting {

namespace {

/// Pushes a field of the table on top. A script's metatables have no say in it.
void push_raw_field(lua_State* lua, const char* name)
{
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
}

/// A text of the error's table; empty if there is none.
std::string error_field(lua_State* lua, const char* name)
{
    push_raw_field(lua, name);
    std::string text;
    if (lua_isstring(lua, -1) != 0) text = text_at(lua, -1);
    lua_pop(lua, 1);
    return text;
}

/// All that is done inside of Lua's protection: if memory runs out anywhere in it, it just ends.
class Work final : public Task
{
public:
    Work(Interpreter& interpreter, const Program& program, const Arguments& arguments, Run& run,
         protocol::ReplyWriter& reply)
        : interpreter_(interpreter),
          program_(program),
          arguments_(arguments),
          run_(run),
          reply_(reply)
    {}

    /// Whether the reply is an error.
    bool failed() const { return failed_; }

    void run(lua_State* lua) override
    {
        interpreter_.push_error_handler();
        const int handler = lua_gettop(lua);
        interpreter_.push(program_.code);
        if (lua_pcall(lua, push_arguments(lua), 1, handler) != 0) return report_error(lua);
        const auto start = reply_.size();
        note_returned_error(lua);
        if (write_reply(lua, reply_, run_.version())) return;
        failed_ = true;
        reply_.rewind(start);
        reply_.error("ERR the reply of the script is too long");
    }

private:
    /// The number of those that are on the stack.
    int push_arguments(lua_State* lua) const
    {
        if (program_.kind == Program::Kind::Script) {
            interpreter_.set_arguments(arguments_.keys, arguments_.others);
            return 0;
        }
        push_list(lua, arguments_.keys);
        push_list(lua, arguments_.others);
        return 2;
    }

    /// A script may return an error that it was given, or one of its own, which is counted here.
    void note_returned_error(lua_State* lua)
    {
        if (!lua_istable(lua, -1)) return;
        const std::string line = error_field(lua, "err");
        if (line.empty()) return;
        failed_ = true;
        push_raw_field(lua, "ignore_error_stats_update");
        if (lua_toboolean(lua, -1) == 0) run_.server().stats.count_error(line);
        lua_pop(lua, 1);
    }

    /// The error is on top of the stack: as a table, if describe_error() had its turn.
    void report_error(lua_State* lua)
    {
        failed_ = true;
        Stats& stats = run_.server().stats;
        if (!lua_istable(lua, -1)) {
            const char* const text = lua_tostring(lua, -1);
            const auto line =
                fmt::format("ERR {} script: {}", text != nullptr ? text : "nil", program_.name);
            stats.count_error(line);
            return reply_.error(line);
        }
        std::string line = error_field(lua, "err");
        if (line.empty()) line = "ERR unknown error";
        const Dialect& dialect = run_.server().dialect;
        const bool is_nameless = dialect.has(Difference::NamelessScripts);
        line += is_nameless ? " script:" : fmt::format(" script: {}", program_.name);
        if (const std::string source = error_field(lua, "source"); !source.empty())
            line += fmt::format("{} on {}:{}.", is_nameless ? "" : ",", source,
                                error_field(lua, "line"));
        if (!dialect.is_default()) line = dialect.worded(line);
        push_raw_field(lua, "ignore_error_stats_update");
        if (lua_toboolean(lua, -1) == 0) stats.count_error(line);
        reply_.error(line);
    }

    Interpreter& interpreter_;
    const Program& program_;
    const Arguments& arguments_;
    Run& run_;
    protocol::ReplyWriter& reply_;
    bool failed_ = false;
};

/// Throws CommandError if the flags forbid it.
void check_flags(const Server& server, const Program& program, const Arguments& arguments)
{
    if (!program.has_flags || program.flags.has(ScriptFlag::NoWrites)) return;
    if (server.writes_stopped) throw CommandError{text::kCannotSave};
    if (server.over_memory_limit && !program.flags.has(ScriptFlag::AllowOom))
        throw CommandError{text::kOverMemoryLimit};
    if (arguments.read_only)
        throw CommandError{"ERR Can not execute a script with write flag using *_ro command."};
}

}  // namespace

void run_program(Call& call, Workplace& place, Interpreter& interpreter, const Program& program,
                 const Arguments& arguments)
{
    check_flags(call.server, program, arguments);
    const auto start = call.reply.size();
    {
        Run run{call.server,
                place,
                interpreter,
                call.session.database,
                {.is_function = program.kind == Program::Kind::Function,
                 .read_only = arguments.read_only || program.flags.has(ScriptFlag::NoWrites),
                 .allow_oom = program.flags.has(ScriptFlag::AllowOom),
                 .name = program.name,
                 .request = call.request,
                 .caller = &call.session}};
        Work work{interpreter, program, arguments, run, call.reply};
        const bool done = interpreter.protect(work);
        if (!done) {
            call.reply.rewind(start);
            call.reply.error("ERR not enough memory for the script");
        }
        if (!done || work.failed()) ++call.server.stats.of(call.command).failed_calls;
    }
    interpreter.tidy_up();
}

}  // namespace server::scripting
