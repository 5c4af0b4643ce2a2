#include "server/scripting/bytecode.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "tests/support/client.h"

using server::scripting::only_reads_libraries;
using tests::Client;

namespace {

bool reads_only(const std::string& code)
{
    const std::unique_ptr<lua_State, decltype(&lua_close)> lua{luaL_newstate(), lua_close};
    INFO(code);
    REQUIRE(luaL_loadstring(lua.get(), code.c_str()) == 0);
    return only_reads_libraries(lua.get());
}

}  // namespace

TEST_CASE("what takes from libraries and does no more, only reads them")
{
    for (const char* code :
         {"", "return 1", "return redis.call('get', KEYS[1])",
          "local call = redis.call return call('get', KEYS[1])",
          "return string.rep('x', math.floor(2.5))", "return redis['call']('ping')",
          "local function f() return cjson.encode({table.concat({1, 2})}) end return f()",
          "local t = {} t.redis = 1 t['string'] = 2 local redis = t redis.call = 3 return t",
          "local name = 'call' return redis[name]('ping')",
          "return (KEYS[1] and redis or string).call('ping') == nil"}) {
        CHECK(reads_only(code) == (std::string{code}.find(" or ") == std::string::npos));
    }
}

TEST_CASE("what sets a global, or hands on a library, is not sure to read only")
{
    for (const char* code :
         {"x = 1", "redis = nil", "redis.call = nil", "local r = redis r.call = nil",
          "local r r = redis.call return r", "return redis", "return pairs(redis)",
          "for k in pairs(string) do end", "return {redis}", "return redis:call('ping')",
          "redis.call, redis.pcall = nil", "return redis == nil", "return #string",
          "local function f() string.rep = nil end f()",
          "return function() return function() y = redis.call end end",
          "local t = setmetatable({}, {__index = redis})", "return redis .. ''"})
        CHECK_FALSE(reads_only(code));
}

TEST_CASE("the number behind a long list is no instruction")
{
    // Lists of so many items are told in a word of their own: here one that would set a global.
    constexpr int kItems = 50 * (7 + 64 * 512);
    std::string code = "return {";
    for (int i = 0; i < kItems; ++i) code += "1,";
    CHECK(reads_only(code + "1}"));
}

TEST_CASE("nothing of ours is taken for a script's code")
{
    const std::unique_ptr<lua_State, decltype(&lua_close)> lua{luaL_newstate(), lua_close};
    lua_pushcfunction(lua.get(), [](lua_State*) { return 0; });
    CHECK_FALSE(only_reads_libraries(lua.get()));
}

TEST_CASE("no script changes a library, whatever way it takes")
{
    Client client;
    for (const char* code :
         {"redis.call = nil", "redis = nil", "local r = redis r.call = nil",
          "string.rep = redis.call", "_G.redis = nil", "_G.redis.call = nil",
          "rawset(redis, 'call', nil)", "setmetatable(redis, nil)", "table.insert(redis, 1)",
          "loadstring('redis.call = nil')()", "loadstring('redis = nil')()",
          "local t = getmetatable('').__index t.rep = nil", "KEYS = nil",
          "local f = function() string.rep = nil end f()",
          "for name, value in pairs(_G) do if name == 'redis' then value.call = nil end end",
          "coroutine.wrap(function() redis.call = nil end)()", "next = nil", "_G.next = nil"}) {
        INFO(code);
        CHECK(client("EVAL", code, "0").find("Attempt to modify a readonly table") !=
              std::string::npos);
        CHECK(client("EVAL", "return redis.call('echo', ('x'):rep(#KEYS + 1))", "0") ==
              "$1\r\nx\r\n");
    }
}

TEST_CASE("names that do not exist are refused in code that only reads, too")
{
    Client client;
    CHECK(client("EVAL", "return nosuch", "0").find("nonexistent global variable 'nosuch'") !=
          std::string::npos);
    CHECK(client("EVAL", "return redis.nosuch", "0") == "$-1\r\n");
    CHECK(client("EVAL", "return _G.redis.call('ping')", "0") == "+PONG\r\n");
}
