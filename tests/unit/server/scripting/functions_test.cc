#include "server/scripting/functions.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"
#include "tests/support/slow_scripts.h"

using tests::Client;
using tests::SlowScripts;

namespace {

constexpr std::string_view kLoop =
    "#!lua name=mylib\n"
    "redis.register_function('loop', function() while true do end end)\n"
    "redis.register_function('write', function(keys)\n"
    "    redis.call('SET', keys[1], '1')\n"
    "    for i = 1, 1000000 do end\n"
    "    return 1\n"
    "end)";

std::string dump_of(Client& client)
{
    const std::string reply = client("FUNCTION", "DUMP");
    const auto begin = reply.find('\n') + 1;
    return reply.substr(begin, reply.size() - begin - 2);
}

}  // namespace

TEST_CASE("a slow function is shown by FUNCTION STATS and ended by FUNCTION KILL")
{
    Client client;
    client("FUNCTION", "LOAD", kLoop);
    std::string seen;
    std::string stats;
    const SlowScripts slow{client, [&](Client& other) {
                               if (!seen.empty()) return;
                               seen = other("GET", "key");
                               stats = other("FUNCTION", "STATS");
                               CHECK(other("SCRIPT", "KILL") == seen);
                               CHECK(other("FUNCTION", "KILL") == "+OK\r\n");
                           }};
    CHECK(client("FCALL", "loop", "0") ==
          "-ERR Script killed by user with FUNCTION KILL. script: loop, on @user_function:2.\r\n");
    CHECK(seen ==
          "-BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN "
          "NOSAVE.\r\n");
    CHECK(stats.find("*6\r\n$4\r\nname\r\n$4\r\nloop\r\n$7\r\ncommand\r\n*3\r\n$5\r\nFCALL\r\n"
                     "$4\r\nloop\r\n$1\r\n0\r\n$11\r\nduration_ms\r\n:") != std::string::npos);
}

TEST_CASE("a slow script is none of FUNCTION's business")
{
    Client client;
    const std::string busy =
        "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN "
        "NOSAVE.\r\n";
    const SlowScripts slow{client, [&](Client& other) {
                               CHECK(other("FUNCTION", "STATS") == busy);
                               CHECK(other("FUNCTION", "KILL") == busy);
                               other("SCRIPT", "KILL");
                           }};
    CHECK(client("EVAL", "while true do end", "0").starts_with("-ERR Script killed"));
}

TEST_CASE("a function that has changed something cannot be killed")
{
    Client client;
    client("FUNCTION", "LOAD", kLoop);
    std::string seen;
    const SlowScripts slow{client,
                           [&](Client& other) { seen = other("FUNCTION", "KILL").substr(0, 11); }};
    CHECK(client("FCALL", "write", "1", "key") == ":1\r\n");
    CHECK(seen == "-UNKILLABLE");
}

TEST_CASE("loading a library ends after half a second")
{
    Client client;
    const SlowScripts slow{client, [](Client&) {}};
    CHECK(client("FUNCTION", "LOAD", "#!lua name=mylib\nwhile true do end") ==
          "-ERR Error registering functions: ERR FUNCTION LOAD timeout\r\n");
}

TEST_CASE("a library that cannot be loaded leaves the old one as it was")
{
    Client client;
    client("FUNCTION", "LOAD",
           "#!lua name=mylib\nredis.register_function('f', function() return 1 end)");
    for (const char* body : {"(", "x = 1", "return 1", "redis.register_function('f', 1)"}) {
        const std::string code = std::string{"#!lua name=mylib\n"} + body;
        CHECK(client("FUNCTION", "LOAD", "REPLACE", code).starts_with("-ERR"));
        CHECK(client("FCALL", "f", "0") == ":1\r\n");
    }
}

TEST_CASE("a library that is replaced takes its functions with it")
{
    Client client;
    client("FUNCTION", "LOAD",
           "#!lua name=mylib\nredis.register_function('old', function() return 1 end)");
    client("FUNCTION", "LOAD", "REPLACE",
           "#!lua name=mylib\nredis.register_function('new', function() return 2 end)");
    CHECK(client("FCALL", "old", "0") == "-ERR Function not found\r\n");
    CHECK(client("FCALL", "new", "0") == ":2\r\n");
    CHECK(client.server().functions->libraries().function_count() == 1);
}

TEST_CASE("libraries come back from their dump")
{
    Client client;
    const std::string one = "#!lua name=one\nredis.register_function('f', function() return 1 end)";
    // Long enough that its length takes two bytes.
    const std::string two = "#!lua name=two\n--" + std::string(100, '-') +
                            "\nredis.register_function('g', function() return 2 end)";
    client("FUNCTION", "LOAD", one);
    client("FUNCTION", "LOAD", two);
    const std::string dump = dump_of(client);

    CHECK(client("FUNCTION", "RESTORE", dump) == "-ERR Library one already exists\r\n");
    CHECK(client("FUNCTION", "RESTORE", dump, "REPLACE") == "+OK\r\n");
    CHECK(client("FUNCTION", "FLUSH") == "+OK\r\n");
    CHECK(client.server().functions->interpreter_bytes() == 0);
    CHECK(client("FUNCTION", "RESTORE", dump) == "+OK\r\n");
    CHECK(client("FCALL", "f", "0") == ":1\r\n");
    CHECK(client("FCALL", "g", "0") == ":2\r\n");
    CHECK(dump_of(client) == dump);
}

TEST_CASE("a dump is restored whole or not at all")
{
    Client client;
    client("FUNCTION", "LOAD",
           "#!lua name=one\nredis.register_function('f', function() return 1 end)");
    client("FUNCTION", "LOAD",
           "#!lua name=two\nredis.register_function('g', function() return 1 end)");
    const std::string dump = dump_of(client);
    client("FUNCTION", "FLUSH");
    client("FUNCTION", "LOAD",
           "#!lua name=three\nredis.register_function('G', function() return 3 end)");
    CHECK(client("FUNCTION", "RESTORE", dump) == "-ERR Function g already exists\r\n");
    CHECK(client("FCALL", "f", "0") == "-ERR Function not found\r\n");
    CHECK(client("FUNCTION", "RESTORE", dump, "FLUSH") == "+OK\r\n");
    CHECK(client("FCALL", "g", "0") == ":1\r\n");
}

TEST_CASE("what a damaged dump may be")
{
    Client client;
    client("FUNCTION", "LOAD", kLoop);
    const std::string dump = dump_of(client);
    for (std::size_t size = 0; size < dump.size(); ++size)
        CHECK(client("FUNCTION", "RESTORE", dump.substr(0, size), "REPLACE") ==
              "-ERR DUMP payload version or checksum are wrong\r\n");
}

TEST_CASE("a function keeps its flags over the limit of memory")
{
    server::Options options;
    Client client{options};
    client("FUNCTION", "LOAD",
           "#!lua name=mylib\n"
           "local function write(keys) return redis.call('SET', keys[1], '1') end\n"
           "redis.register_function('plain', write)\n"
           "redis.register_function{function_name='bold', callback=write, flags={'allow-oom'}}");
    client.server().over_memory_limit = true;
    const std::string refused = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
    CHECK(client("FCALL", "plain", "1", "key") == refused);
    CHECK(client("FCALL", "bold", "1", "key") == "+OK\r\n");
    CHECK(client("EVAL", "#!lua\nreturn 1", "0") == refused);
    CHECK(client("EVAL", "return redis.call('SET', 'key', '1')", "0").starts_with("-OOM"));
    CHECK(client("FUNCTION", "LOAD", "REPLACE", kLoop) == refused);
}

TEST_CASE("a script that has begun to write goes on over the limit of memory")
{
    Client client;
    const SlowScripts slow{client, [&](Client&) { client.server().over_memory_limit = true; }};
    CHECK(client("EVAL",
                 "redis.call('SET', 'a', '1') for i = 1, 1000000 do end "
                 "return redis.call('SET', 'b', '1')",
                 "0") == "+OK\r\n");
}

TEST_CASE("a function belongs to its transaction")
{
    Client client;
    client("FUNCTION", "LOAD", kLoop);
    client("MULTI");
    client("FCALL", "write", "1", "key");
    client("FCALL", "nothing", "0");
    CHECK(client("EXEC") == "*2\r\n:1\r\n-ERR Function not found\r\n");
}

TEST_CASE("INFO counts libraries and functions")
{
    Client client;
    client("FUNCTION", "LOAD", kLoop);
    const std::string info = client("INFO", "memory");
    CHECK(info.find("number_of_functions:2\r\nnumber_of_libraries:1\r\n") != std::string::npos);
}
