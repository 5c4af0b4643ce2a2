#include "server/scripting/scripting.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"
#include "tests/support/slow_scripts.h"

using namespace std::chrono_literals;
using tests::Client;
using tests::SlowScripts;

namespace {

/// What a script replies that another client tries to kill as soon as it is slow.
std::string reply_under_kill(const std::string& script)
{
    Client client;
    const SlowScripts slow{client, [](Client& other) { other("SCRIPT", "KILL"); }};
    return client("EVAL", script, "0");
}

}  // namespace

TEST_CASE("a slow script lets others see that the server is busy, and can be killed")
{
    std::string seen;
    Client client;
    const SlowScripts slow{client, [&](Client& other) {
                               if (!seen.empty()) return;
                               seen = other("GET", "key");
                               CHECK(other("SCRIPT", "KILL") == "+OK\r\n");
                           }};
    CHECK(client("EVAL", "while true do end", "0") ==
          "-ERR Script killed by user with SCRIPT KILL. script: "
          "694a5fe1ddb97a4c6a1bf299d9537c7d3d0f84e7, on @user_script:1.\r\n");
    CHECK(seen ==
          "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN "
          "NOSAVE.\r\n");
    CHECK(client("GET", "key") == "$-1\r\n");
}

TEST_CASE("a script that has changed something cannot be killed")
{
    std::string seen;
    Client client;
    const SlowScripts slow{client,
                           [&](Client& other) { seen = other("SCRIPT", "KILL").substr(0, 11); }};
    CHECK(client("EVAL", "redis.call('set','key','1') for i=1,1000000 do end return 1", "0") ==
          ":1\r\n");
    CHECK(seen == "-UNKILLABLE");
}

TEST_CASE("pcall does not keep a script alive that was killed")
{
    CHECK(reply_under_kill("while true do pcall(function() while true do end end) end")
              .starts_with("-ERR Script killed"));
}

TEST_CASE("nor do coroutines within coroutines")
{
    CHECK(reply_under_kill("local function forever() while true do end end "
                           "local function nest() pcall(coroutine.wrap(forever)) end "
                           "while true do coroutine.resume(coroutine.create(nest)) end")
              .starts_with("-ERR Script killed"));
}

TEST_CASE("nor does a handler of errors, which Lua does not look at if a look has raised them")
{
    for (const char* script :
         {"while true do xpcall(function() error('x') end, function() while true do end end) end",
          "xpcall(function() while true do end end, function() while true do end end)",
          "coroutine.wrap(function() xpcall(function() while true do end end, "
          "function() while true do end end) end)()"}) {
        INFO(script);
        const auto reply = reply_under_kill(script);
        CAPTURE(reply);
        CHECK(reply.find("Script killed") != std::string::npos);
    }
}

TEST_CASE("handlers of errors are as in Lua")
{
    Client client;
    CHECK(client("EVAL", "return {xpcall(function() error('x', 0) end, string.upper)}", "0") ==
          "*2\r\n$-1\r\n$1\r\nX\r\n");
    CHECK(client("EVAL",
                 "return {tostring(xpcall(error, function(e) return type(e) .. 'y' end)), "
                 "select('#', xpcall(function() return 1, nil end, error))}",
                 "0") == "*2\r\n$5\r\nfalse\r\n:3\r\n");
    for (const char* handler : {"nil", "1", "error", "function() error('again') end"}) {
        const std::string script =
            std::string{"return {select(2, xpcall(error, "} + handler + "))}";
        INFO(script);
        CHECK(client("EVAL", script, "0") == "*1\r\n$23\r\nerror in error handling\r\n");
    }
}

TEST_CASE("what works long on much can be killed in the middle")
{
    const std::string many = "local t = cjson.decode('[' .. string.rep('1,', 200000) .. '1]') ";
    for (const char* script :
         {"return cjson.encode(t)", "return cmsgpack.pack(t)", "return table.concat(t)",
          "return table.insert(t, 1, 1)", "return table.sort(t)",
          "return cjson.decode(table.concat(t, ',', 1, 1) .. string.rep(' ', 2000000))",
          "return loadstring(string.rep('x = 1 ', 100000))",
          "return redis.sha1hex(string.rep('x', 2000000))",
          "local s = string.rep('x', 2000000) return s:upper() .. s:reverse()"}) {
        INFO(script);
        CHECK(reply_under_kill(many + script).starts_with("-ERR Script killed"));
    }
}

TEST_CASE("so can few instructions that move much memory")
{
    for (const char* script : {"for i = 1, 100 do string.rep('x', 2000000) end return 1",
                               "coroutine.wrap(function() for i = 1, 100 do "
                               "string.rep('ab', 1000000) end end)() return 1",
                               "local s = string.rep('x', 20000000) "
                               "for i = 1, 100 do s = s .. i end return 1"}) {
        INFO(script);
        const auto reply = reply_under_kill(script);
        CAPTURE(reply);
        CHECK(reply.find("Script killed") != std::string::npos);
    }
}

TEST_CASE("a pattern that searches for hours can be killed, too")
{
    for (const char* script : {"return string.find(string.rep('a', 5000), '.-.-.-.-.-b')",
                               "return string.gsub(string.rep('(', 1000000), '%b()', '')",
                               "return table.insert({}, -2147483647, 1)",
                               "local t = {} for i = 1, 20000 do t[i] = i end return table.sort(t)",
                               "local t = {} for i = 1, 20000 do t[i] = i end "
                               "return table.sort(t, rawequal)"}) {
        INFO(script);
        CHECK(reply_under_kill(script).starts_with("-ERR Script killed"));
    }
}

TEST_CASE("what could crash Lua itself is refused")
{
    Client client;
    const auto refuses = [&](std::string_view script, std::string_view reason) {
        INFO(script);
        CHECK(client("EVAL", script, "0").find(reason) != std::string::npos);
    };
    refuses("return unpack({}, -2, 2147483647)", "too many results to unpack");
    refuses("return unpack({}, -2147483648, 2147483647)", "too many results to unpack");
    refuses("return load(function() return string.rep('(', 1000) end)", "chunk is too long");
    refuses("return string.rep('x', 2000000000)", "resulting string too large");
    refuses("return string.gsub(string.rep('a', 1000000), 'a', string.rep('b', 10000))",
            "resulting string too large");
    refuses("local n = 300000 return string.find(string.rep('a', n), string.rep('a?', n))",
            "pattern too complex");
    refuses(
        "local s = string.rep('\\1', 1000000) local t = {} for i = 1, 1000 do t[i] = s end "
        "return cjson.encode(t)",
        "the text is too long");
    refuses("local t = {} t[1] = t cjson.encode_max_depth(1000000) return cjson.encode(t)",
            "excessive nesting (2001)");
    refuses(
        "cjson.decode_max_depth(1000000) return cjson.decode(string.rep('[', 3000) .. "
        "string.rep(']', 3000))",
        "too many nested data structures (2001)");
    refuses("return cmsgpack.unpack(string.rep('\\145', 1000000))", "too deep");
    refuses("return cmsgpack.unpack('\\221\\255\\255\\255\\255')", "Missing bytes");
    refuses("local t = {} for i = 1, 100 do t[i] = t end return cmsgpack.pack(t)", "too large");
    refuses("return struct.unpack('bc0', '\\255abc')", "data string too short");
    CHECK(client("EVAL", "return bit.tohex(1, -2147483648)", "0") == "$8\r\n00000001\r\n");
}

TEST_CASE("a script sees one moment: no key expires while it runs")
{
    Client client;
    client("SET", "key", "value", "PX", "1");
    const SlowScripts slow{
        client, [&](Client&) { client.server().timekeeper.observe(client.clock.now() + 1h); }};
    CHECK(client("EVAL", "for i=1,1000000 do end return redis.call('get','key')", "0") ==
          "$5\r\nvalue\r\n");
}

TEST_CASE("memory and depth of scripts have bounds")
{
    Client client;
    const std::string deep = client("EVAL", "local t={} t[1]=t return t", "0");
    CHECK(deep.starts_with("*1\r\n*1\r\n*1\r\n"));
    CHECK(deep.ends_with("*1\r\n-ERR reached lua stack limit\r\n"));
    CHECK(client("EVAL", "local t={} for i=1,100 do t[i]=t end return t", "0") ==
          "-ERR the reply of the script is too long\r\n");
    CHECK(client("EVAL",
                 "local t={} for i=1,7999 do t[i]=1 end return redis.call('rpush','l',unpack(t))",
                 "0") == ":7999\r\n");
    CHECK(client("EVAL", "local s='x' while true do s=s..s end", "0")
              .starts_with("-ERR not enough memory"));
    CHECK(client("EVAL", "return 1", "0") == ":1\r\n");
    CHECK(client("SCRIPT", "FLUSH") == "+OK\r\n");
    CHECK(client.server().scripting->interpreter_bytes() == 0);
}

TEST_CASE("what a script did to KEYS and ARGV is gone with it")
{
    Client client;
    for (const char* code :
         {"KEYS[2] = 'x' KEYS[9] = 'y'", "KEYS.field = {}", "KEYS[1] = nil", "KEYS[0] = 'x'",
          "setmetatable(KEYS, {__index = function() return 'x' end})",
          "for i = 1, 100 do KEYS[i] = i end for i = 1, 100 do KEYS[i] = nil end",
          "for i = 1, 100000 do KEYS[i] = i end", "table.remove(KEYS) ARGV[1] = KEYS"}) {
        client("EVAL", code, "1", "key", "argument");
        INFO(code);
        CHECK(client("EVAL",
                     "local count = 0 for _ in pairs(KEYS) do count = count + 1 end "
                     "return {#KEYS, count, KEYS[2] or 'none', ARGV[1], #ARGV, "
                     "tostring(getmetatable(KEYS))}",
                     "1", "key", "a",
                     "b") == "*6\r\n:1\r\n:1\r\n$4\r\nnone\r\n$1\r\na\r\n:2\r\n$3\r\nnil\r\n");
    }
    CHECK(client("EVAL", "return KEYS", "9", "1", "2", "3", "4", "5", "6", "7", "8", "9")
              .starts_with("*9\r\n$1\r\n1\r\n"));
    CHECK(client("EVAL", "return #KEYS + #ARGV", "0") == ":0\r\n");
}

TEST_CASE("a script cannot stop the collector of garbage")
{
    Client client;
    CHECK(client("EVAL", "return {collectgarbage('stop'), collectgarbage('setpause', 100000)}",
                 "0") == "*2\r\n:0\r\n:200\r\n");
    for (int i = 0; i < 1000; ++i) client("EVAL", "return #string.rep('x', 100000)", "0");
    CHECK(client.server().scripting->interpreter_bytes() < 2'000'000);
}

TEST_CASE("a large table is sorted as a small one is")
{
    Client client;
    CHECK(client("EVAL",
                 "local t = {} for i = 1, 5000 do t[i] = i * 7 % 5000 end table.sort(t) "
                 "for i = 1, 5000 do if t[i] ~= i - 1 then return i end end return 'sorted'",
                 "0") == "$6\r\nsorted\r\n");
    CHECK(client("EVAL", "local t = {} for i = 1, 2000 do t[i] = {} end table.sort(t)", "0")
              .find("attempt to compare two table values") != std::string::npos);
    CHECK(client("EVAL", "return table.concat({1, 'a', 2.5}, ', ', 2)", "0") == "$6\r\na, 2.5\r\n");
    CHECK(client("EVAL", "return table.concat({1, {}}, ',')", "0")
              .find("invalid value (table) at index 2 in table for 'concat'") != std::string::npos);
}

TEST_CASE("what a script changed wakes who waits for it, once the script has ended")
{
    Client client;
    Client waiting{client};
    waiting("BLPOP", "list", "0");
    CHECK(client("EVAL", "redis.call('rpush','list','a') redis.call('lpush','list','b') return 1",
                 "0") == ":1\r\n");
    CHECK(waiting.take_output() == "*2\r\n$4\r\nlist\r\n$1\r\nb\r\n");
}

TEST_CASE("a blocking command does not wait in a script")
{
    Client client;
    CHECK(client("EVAL", "return redis.call('blpop','list','0')", "0") == "$-1\r\n");
    CHECK(client("EVAL", "return redis.call('blmove','a','b','left','left','0')", "0") ==
          "$-1\r\n");
    client("RPUSH", "list", "a");
    CHECK(client("EVAL", "return redis.call('blpop','list','0')[2]", "0") == "$1\r\na\r\n");
}

TEST_CASE("a script in a transaction")
{
    Client client;
    client("MULTI");
    client("EVAL", "return redis.call('incr',KEYS[1])", "1", "counter");
    client("EVAL", "return redis.call('incr',KEYS[1])", "1", "counter");
    CHECK(client("EXEC") == "*2\r\n:1\r\n:2\r\n");
}

TEST_CASE("SELECT in a script does not move its client")
{
    Client client;
    CHECK(client("EVAL", "redis.call('select','1') return redis.call('set','key','1')", "0") ==
          "+OK\r\n");
    CHECK(client("GET", "key") == "$-1\r\n");
    client("SELECT", "1");
    CHECK(client("GET", "key") == "$1\r\n1\r\n");
}

TEST_CASE("ASSIGN can be called from a script")
{
    Client client;
    client("GEOADD", "geo", "77.58", "12.97", "driver:D4");
    client("SADD", "available", "driver:D4");
    CHECK(client("EVAL",
                 "return redis.call('assign','geo','available','order:1','FROMLONLAT','77.58',"
                 "'12.97','BYRADIUS','5','km')[6]",
                 "0") == "$9\r\ndriver:D4\r\n");
}

TEST_CASE("scripts that only read are refused what writes")
{
    Client client;
    const std::string refused = "-ERR Write commands are not allowed from read-only scripts.";
    CHECK(client("EVAL_RO", "return redis.call('set','a','b')", "0").starts_with(refused));
    CHECK(client("EVAL_RO", "return redis.call('publish','a','b')", "0").starts_with(refused));
    CHECK(client("EVAL", "#!lua flags=no-writes\nreturn redis.call('del','a')", "0")
              .starts_with(refused));
}
