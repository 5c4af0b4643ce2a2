#pragma once

#include <string_view>
#include <vector>

#include "protocol/buffer.h"
#include "protocol/reply_writer.h"
#include "server/clients/session.h"
#include "server/execution/running_script.h"
#include "server/scripting/interpreter.h"

namespace server {
class Server;
}

namespace server::scripting {

struct Library;

/// What is kept from one script to the next: the session that its commands run in, and memory.
struct Workplace
{
    Session session;
    protocol::Buffer reply;
    std::vector<std::string_view> request;
};

/// One script while it runs: brings its commands to the executor, and looks at the time. Nothing
/// but this script happens while it lives: time stands still, and Lua's functions find it by
/// current_run().
class Run
{
public:
    /// `script` says what is run, and for whom; `library` is the one that is loaded, if one is.
    Run(Server& server, Workplace& place, Interpreter& interpreter, int database,
        RunningScript script, Library* library = nullptr);
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// Runs the command whose words are the Lua stack's values, and pushes its reply. If there is
    /// something wrong with the words, pushes a table with `err`.
    void call(lua_State* lua);

    /// redis.setresp(): what the replies of commands look like from now on.
    void set_version(protocol::Version version) { place_.session.protocol = version; }
    protocol::Version version() const { return place_.session.protocol; }

    Server& server() { return server_; }
    /// The one that its commands run in.
    Session& session() { return place_.session; }

    /// The library that is being loaded: then no commands can be run. Null for scripts and
    /// functions.
    Library* library() { return library_; }

    /// Called every so many instructions, and by functions that may work for long without one.
    /// Gives other clients a turn if the script is slow; ends it if it was killed.
    void look_at_time(lua_State* lua);

    /// Whether the script was killed: then it must not go on.
    bool is_over() const;

    /// Raises an error if it was. No pcall() may keep that error from its caller.
    void end_if_over(lua_State* lua) const;

private:
    bool read_words(lua_State* lua);
    void refuse(lua_State* lua, std::string_view error);

    Server& server_;
    Workplace& place_;
    Interpreter& interpreter_;
    Library* const library_;
};

/// The run that calls a function of a library. Raises an error between runs.
Run& current_run(lua_State* lua);

/// The steps of work in C++ that may take long, some nanoseconds each: it looks at the time now and
/// then.
class Pace
{
public:
    explicit Pace(lua_State* lua) : lua_(lua) {}

    void step()
    {
        constexpr std::uint32_t kStepsBetweenLooks = 1U << 16;
        if (++steps_ % kStepsBetweenLooks == 0) current_run(lua_).look_at_time(lua_);
    }

private:
    lua_State* lua_;
    std::uint32_t steps_ = 0;
};

/// Looks at the time before work on so many bytes, if those are many: a loop of such work would
/// take long before Lua itself looks.
void look_if_long(lua_State* lua, std::size_t bytes);

}  // namespace server::scripting
