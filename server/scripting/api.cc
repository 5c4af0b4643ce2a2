#include "server/scripting/api.h"

#include <string>
#include <vector>

#include "ascii/integer.h"
#include "ascii/split.h"
#include "server/execution/permission.h"
#include "server/scripting/run.h"
#include "server/scripting/sha1.h"
#include "server/server.h"

namespace server::scripting {

namespace {

// Redis's levels and places; the latter mean nothing here, for nothing is replicated.
enum LogLevels { kLogDebug, kLogVerbose, kLogNotice, kLogWarning };
enum Replication { kNowhere = 0, kToLog = 1, kToReplicas = 2, kEverywhere = 3 };

bool has_error(lua_State* lua)
{
    if (!lua_istable(lua, -1)) return false;
    push(lua, "err");
    lua_rawget(lua, -2);
    const bool found = lua_isstring(lua, -1) != 0;
    lua_pop(lua, 1);
    return found;
}

int call(lua_State* lua)
{
    current_run(lua).call(lua);
    return has_error(lua) ? lua_error(lua) : 1;
}

int pcall(lua_State* lua)
{
    current_run(lua).call(lua);
    return 1;
}

/// {field = text}, or the error if there is not one text.
int single_field(lua_State* lua, const char* field, std::string_view prefix)
{
    lua_createtable(lua, 0, 1);
    if (lua_gettop(lua) != 2 || lua_type(lua, 1) != LUA_TSTRING) {
        set_text(lua, "err", "ERR wrong number or type of arguments");
        return 1;
    }
    set_text(lua, field, std::string{prefix}.append(text_at(lua, 1)));
    return 1;
}

/// A text that is one word needs a code in front of it; a dash in front says that there is one.
/// Redis takes it as C takes a text: up to a NUL.
int error_reply(lua_State* lua)
{
    if (lua_gettop(lua) != 1 || lua_type(lua, 1) != LUA_TSTRING)
        return single_field(lua, "err", "");
    std::string_view text = text_at(lua, 1);
    text = text.substr(0, text.find('\0'));
    if (text.starts_with('-')) text.remove_prefix(1);
    const bool has_code = text.find(' ') != std::string_view::npos;
    push(lua, text);
    lua_replace(lua, 1);
    return single_field(lua, "err", has_code ? "" : "ERR ");
}

int status_reply(lua_State* lua) { return single_field(lua, "ok", ""); }

int sha1hex(lua_State* lua)
{
    if (lua_gettop(lua) != 1) return raise(lua, "ERR wrong number of arguments");
    // As in Redis: what is no text counts as an empty one.
    const std::string_view text = lua_isstring(lua, 1) != 0 ? text_at(lua, 1) : "";
    look_if_long(lua, text.size());
    const Sha1 digest = sha1(text);
    push(lua, {digest.data(), digest.size()});
    return 1;
}

int log(lua_State* lua)
{
    const int count = lua_gettop(lua);
    if (count < 2) return raise(lua, "ERR redis.log() requires two arguments or more.");
    if (lua_isnumber(lua, 1) == 0)
        return raise(lua, "ERR First argument must be a number (log level).");
    const auto level = static_cast<int>(lua_tonumber(lua, 1));
    if (level < kLogDebug || level > kLogWarning) return raise(lua, "ERR Invalid debug level.");
    std::string line;
    for (int i = 2; i <= count; ++i) {
        if (lua_isstring(lua, i) == 0) continue;
        if (i > 2) line += ' ';
        line += text_at(lua, i);
    }
    const Server& server = current_run(lua).server();
    if (server.write_log) server.write_log(static_cast<LogLevel>(level), line);
    return 0;
}

int setresp(lua_State* lua)
{
    if (lua_gettop(lua) != 1) return raise(lua, "ERR redis.setresp() requires one argument.");
    const auto version = static_cast<int>(lua_tonumber(lua, 1));
    if (version != 2 && version != 3) return raise(lua, "ERR RESP version must be 2 or 3.");
    current_run(lua).set_version(static_cast<protocol::Version>(version));
    return 0;
}

int set_repl(lua_State* lua)
{
    if (lua_gettop(lua) != 1) return raise(lua, "ERR redis.set_repl() requires one argument.");
    const auto flags = static_cast<int>(lua_tonumber(lua, 1));
    if ((flags & ~kEverywhere) == 0) return 0;
    return raise(lua,
                 "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or "
                 "REPL_NONE.");
}

int replicate_commands(lua_State* lua)
{
    lua_pushboolean(lua, 1);
    return 1;
}

int breakpoint(lua_State* lua)
{
    lua_pushboolean(lua, 0);
    return 1;
}

int debug(lua_State*) { return 0; }

/// Whether the user for whom the script runs may run the command that `words` ask for.
bool may_run(Run& run, Request words, const Command& command)
{
    Server& server = run.server();
    const Session* const caller = server.running_script.caller;
    if (caller == nullptr || caller->limits == nullptr) return true;
    protocol::Buffer unused;
    protocol::ReplyWriter reply{unused, protocol::Version::Resp2};
    return !judge(server, *caller->limits, {run.session(), Origin::Script, words, reply}, command);
}

int acl_check_cmd(lua_State* lua)
{
    if (lua_gettop(lua) == 0)
        return raise(lua, "ERR Please specify at least one argument for this redis lib call");
    std::vector<std::string_view> words;
    for (int i = 1; i <= lua_gettop(lua); ++i) {
        if (lua_isstring(lua, i) == 0)
            return raise(
                lua, "ERR redis.acl_check_cmd() require all arguments to be strings or integers");
        words.push_back(text_at(lua, i));
    }
    const auto [row, unknown] = current_run(lua).server().commands.resolve(words);
    if (row == nullptr || unknown)
        return raise(lua, "ERR Invalid command passed to redis.acl_check_cmd()");
    lua_pushboolean(lua, may_run(current_run(lua), words, *row) ? 1 : 0);
    return 1;
}

/// What scripts and functions have in common.
constexpr Function kFunctions[] = {
    {"call", call},
    {"pcall", pcall},
    {"error_reply", error_reply},
    {"status_reply", status_reply},
    {"sha1hex", sha1hex},
    {"log", log},
    {"setresp", setresp},
    {"set_repl", set_repl},
    {"acl_check_cmd", acl_check_cmd},
};

constexpr Function kScriptFunctions[] = {
    {"replicate_commands", replicate_commands},
    {"breakpoint", breakpoint},
    {"debug", debug},
};

constexpr Function kLoadingFunctions[] = {
    {"log", log},
    {"register_function", register_function},
};

struct Constant
{
    const char* name;
    int value;
};

constexpr Constant kLogLevels[] = {
    {"LOG_DEBUG", kLogDebug},
    {"LOG_VERBOSE", kLogVerbose},
    {"LOG_NOTICE", kLogNotice},
    {"LOG_WARNING", kLogWarning},
};

constexpr Constant kReplication[] = {
    {"REPL_NONE", kNowhere},       {"REPL_AOF", kToLog},      {"REPL_SLAVE", kToReplicas},
    {"REPL_REPLICA", kToReplicas}, {"REPL_ALL", kEverywhere},
};

void set_constants(lua_State* lua, std::span<const Constant> constants)
{
    for (const auto& [name, value] : constants) {
        lua_pushinteger(lua, value);
        lua_setfield(lua, -2, name);
    }
}

/// NAME is "7.2.4", and NAME_NUM 0x00070204.
void set_version(lua_State* lua, const std::string& name, std::string_view version)
{
    set_text(lua, name.c_str(), version);
    std::int64_t number = 0;
    for (const std::string_view part : ascii::split(version, '.'))
        number = number << 8 | ascii::parse_integer(part).value_or(0);
    lua_pushinteger(lua, static_cast<lua_Integer>(number));
    lua_setfield(lua, -2, (name + "_NUM").c_str());
}

/// Pushes a table with what is there always.
void open_basics(lua_State* lua, const Dialect& dialect)
{
    const Model& model = dialect.model();
    lua_newtable(lua);
    set_constants(lua, kLogLevels);
    set_version(lua, "REDIS_VERSION", redis_version_of(model));
    if (dialect.has(Difference::ServerTable)) {
        set_version(lua, "VALKEY_VERSION", model.version);
        set_text(lua, "SERVER_NAME", "valkey");
    }
}

}  // namespace

void open_function_api(lua_State* lua, const Dialect& dialect)
{
    open_basics(lua, dialect);
    set_functions(lua, kFunctions);
    set_constants(lua, kReplication);
}

void open_script_api(lua_State* lua, const Dialect& dialect)
{
    open_function_api(lua, dialect);
    set_functions(lua, kScriptFunctions);
}

void open_loading_api(lua_State* lua, const Dialect& dialect)
{
    open_basics(lua, dialect);
    set_functions(lua, kLoadingFunctions);
}

void name_api(lua_State* lua, int names, const Dialect& dialect)
{
    if (dialect.has(Difference::ServerTable)) {
        lua_pushvalue(lua, -1);
        lua_setfield(lua, names, "server");
    }
    lua_setfield(lua, names, "redis");
}

int describe_error(lua_State* lua)
{
    if (!lua_istable(lua, 1)) {
        lua_createtable(lua, 0, 3);
        const char* const text = lua_tostring(lua, 1);
        const char* const other = lua_isboolean(lua, 1) == 0   ? "nil"
                                  : lua_toboolean(lua, 1) != 0 ? "true"
                                                               : "false";
        set_text(lua, "err", std::string{"ERR "}.append(text != nullptr ? text : other));
        lua_replace(lua, 1);
        lua_settop(lua, 1);
    }
    // The line of Lua nearest to the error: functions of the libraries have none.
    lua_Debug place;
    for (int level = 1; lua_getstack(lua, level, &place) != 0; ++level) {
        lua_getinfo(lua, "Sl", &place);
        if (place.currentline < 0) continue;
        set_text(lua, "source", place.source);
        lua_pushinteger(lua, place.currentline);
        lua_setfield(lua, -2, "line");
        break;
    }
    return 1;
}

}  // namespace server::scripting
