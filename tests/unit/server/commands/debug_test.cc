#include <catch2/catch.hpp>
#include <chrono>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

server::Options with_debug(const char* allowed = "yes")
{
    server::Options options;
    options.enable_debug_command = allowed;
    return options;
}

constexpr const char* kRefused =
    "-ERR DEBUG command not allowed. If the enable-debug-command option is set to \"local\", you "
    "can "
    "run it from a local connection, otherwise you need to set this option in the configuration "
    "file, and then restart the server.\r\n";

}  // namespace

TEST_CASE("DEBUG is refused unless the server was started with it, in a transaction too")
{
    Client client;
    CHECK(client("DEBUG", "HELP") == kRefused);
    client("MULTI");
    CHECK(client("DEBUG", "SLEEP", "0") == kRefused);
    CHECK(client("EXEC").starts_with("-EXECABORT"));
    CHECK(client("CONFIG", "SET", "enable-debug-command", "yes").starts_with("-ERR"));

    Client local{with_debug("local")};
    CHECK(local("DEBUG", "SLEEP", "0") == "+OK\r\n");
}

TEST_CASE("during DEBUG SLEEP the server stands still, wherever it is called")
{
    Client client{with_debug()};
    std::chrono::microseconds slept{};
    client.server().stand_still = [&](std::chrono::microseconds time) { slept += time; };
    CHECK(client("DEBUG", "SLEEP", "1.5") == "+OK\r\n");
    CHECK(slept == 1500ms);
    client("MULTI");
    client("DEBUG", "SLEEP", ".000002");
    CHECK(client("EXEC") == "*1\r\n+OK\r\n");
    CHECK(slept == 1500002us);
    CHECK(client("DEBUG", "SLEEP", "soon") == "+OK\r\n");
    CHECK(client("DEBUG", "SLEEP", "-1") == "+OK\r\n");
    CHECK(slept == 1500002us);
}

TEST_CASE("DEBUG DIGEST says of data what Redis 7.0.15 says")
{
    Client client{with_debug()};
    const std::string none(40, '0');
    CHECK(client("DEBUG", "DIGEST") == "+" + none + "\r\n");
    client("SET", "string", "text");
    client("SET", "number", "12345", "PX", "100000");
    client("RPUSH", "list", "b", "a", "b");
    client("SADD", "set", "1", "2", "three");
    client("ZADD", "zset", "0.1", "a", "1e30", "b", "-inf", "c");
    client("HSET", "hash", "f", "1", "g", "two");
    CHECK(client("DEBUG", "DIGEST-VALUE", "list", "none") ==
          "*2\r\n+9a86c47f562e9ae7883b418902e8437c9ba959f3\r\n+" + none + "\r\n");
    CHECK(client("DEBUG", "DIGEST") == "+a4f19c7d73f7a37bc7dad38647931f2f505e34f5\r\n");
    client("COPY", "hash", "copy", "DB", "3");
    CHECK(client("DEBUG", "DIGEST") == "+89a776e51c76badcec2e349ddbb1b19cd729ad8e\r\n");
    client("FLUSHALL");
    CHECK(client("DEBUG", "DIGEST") == "+" + none + "\r\n");
}

TEST_CASE("DEBUG SET-ACTIVE-EXPIRE 0 leaves expired keys until they are asked for")
{
    Client client{with_debug()};
    CHECK(client("DEBUG", "SET-ACTIVE-EXPIRE", "0") == "+OK\r\n");
    client("SET", "lock", "1", "PX", "10");
    client.clock.advance(20ms);
    client.server().tick();
    CHECK(client("DBSIZE") == ":1\r\n");
    CHECK(client("GET", "lock") == "$-1\r\n");
    CHECK(client("DBSIZE") == ":0\r\n");
    CHECK(client("DEBUG", "SET-ACTIVE-EXPIRE", "1") == "+OK\r\n");
    client("SET", "lock", "1", "PX", "10");
    client.clock.advance(20ms);
    client.server().tick();
    CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("SCAN removes the expired keys that it finds and that its pattern matches")
{
    Client client{with_debug()};
    client("DEBUG", "SET-ACTIVE-EXPIRE", "0");
    client("CONFIG", "SET", "notify-keyspace-events", "Ex");
    Client listener{client};
    listener("SUBSCRIBE", "__keyevent@0__:expired");
    client("MSET", "a", "1", "b", "2", "c", "3");
    for (const char* key : {"a", "b"}) client("PEXPIRE", key, "10");
    client.clock.advance(20ms);
    CHECK(client("SCAN", "0", "MATCH", "a*", "TYPE", "list") == "*2\r\n$1\r\n0\r\n*0\r\n");
    CHECK(client("DBSIZE") == ":2\r\n");
    CHECK(client("KEYS", "*") == "*1\r\n$1\r\nc\r\n");
    CHECK(client("DBSIZE") == ":2\r\n");
    CHECK(client("SCAN", "0") == "*2\r\n$1\r\n0\r\n*1\r\n$1\r\nc\r\n");
    CHECK(client("DBSIZE") == ":1\r\n");
    const std::string told = listener.take_output();
    CHECK(told.find("$1\r\na\r\n") < told.find("$1\r\nb\r\n"));
    CHECK(told.find("$1\r\nb\r\n") != told.npos);
}

TEST_CASE("DEBUG PROTOCOL replies a value of each type")
{
    Client client{with_debug()};
    CHECK(client("DEBUG", "PROTOCOL", "string") == "$11\r\nHello World\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "map") == "*6\r\n:0\r\n:0\r\n:1\r\n:1\r\n:2\r\n:0\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "push") == "-ERR RESP2 is not supported by this command\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "date") ==
          "-ERR Wrong protocol type name. Please use one of the following: "
          "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false\r\n");
    client("HELLO", "3");
    CHECK(client("DEBUG", "PROTOCOL", "double") == ",3.141\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "set") == "~3\r\n:0\r\n:1\r\n:2\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "MAP") == "%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "attrib") ==
          "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n"
          "$39\r\nSome real reply following the attribute\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "verbatim") == "=29\r\ntxt:This is a verbatim\nstring\r\n");
    CHECK(client("DEBUG", "PROTOCOL", "push") ==
          ">2\r\n$16\r\nserver-cpu-usage\r\n:42\r\n$40\r\nSome real reply following the push "
          "reply\r\n");
}

TEST_CASE("DEBUG tells of a value, makes keys, and replies errors")
{
    Client client{with_debug()};
    client("RPUSH", "list", "1", "2");
    CHECK(client("DEBUG", "OBJECT", "list").find("refcount:1 encoding:listpack") !=
          std::string::npos);
    CHECK(client("DEBUG", "OBJECT", "missing") == "-ERR no such key\r\n");

    client("SET", "key:1", "mine");
    CHECK(client("DEBUG", "POPULATE", "3") == "+OK\r\n");
    CHECK(client("MGET", "key:0", "key:1", "key:2", "key:3") ==
          "*4\r\n$7\r\nvalue:0\r\n$4\r\nmine\r\n$7\r\nvalue:2\r\n$-1\r\n");
    client("DEBUG", "POPULATE", "1", "short", "3");
    CHECK(client("GET", "short:0") == "$3\r\nval\r\n");
    CHECK(client("DEBUG", "POPULATE", "-1") == "-ERR value is out of range, must be positive\r\n");

    CHECK(client("DEBUG", "ERROR", "LOADING one\ntwo") == "-LOADING one two\r\n");
    CHECK(client("DEBUG", "RELOAD") == "-ERR\r\n");  // no place for files
    CHECK(client("DEBUG", "RELOAD", "TWICE") ==
          "-ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.\r\n");
}

TEST_CASE("DEBUG refuses what it has not, and says what it has")
{
    Client client{with_debug()};
    CHECK(client("DEBUG") == "-ERR wrong number of arguments for 'debug' command\r\n");
    CHECK(
        client("DEBUG", "SEGFAULT") ==
        "-ERR unknown subcommand or wrong number of arguments for 'SEGFAULT'. Try DEBUG HELP.\r\n");
    CHECK(client("DEBUG", "sleep") ==
          "-ERR unknown subcommand or wrong number of arguments for 'sleep'. Try DEBUG HELP.\r\n");
    CHECK(client("DEBUG", "HELP").find("+SLEEP seconds\r\n") != std::string::npos);
}
