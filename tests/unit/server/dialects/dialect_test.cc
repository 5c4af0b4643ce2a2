#include "server/dialects/dialect.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

using tests::Client;

namespace {

server::Options speaking_as(const std::string& name)
{
    server::Options options;
    options.speak_as = name;
    return options;
}

}  // namespace

TEST_CASE("every difference of redis-7.2 is none")
{
    CHECK(server::Dialect{"redis-7.2"}.is_default());
    CHECK_FALSE(server::Dialect{"redis-7.2"}.has(server::Difference::LongDoubles));
}

TEST_CASE("Redis 7.0 has long doubles, and neither WITHSCORE nor HEXPIRE")
{
    Client client{speaking_as("redis-7.0")};
    client("ZADD", "z", "0.1", "m");
    CHECK(client("ZSCORE", "z", "m") == "$19\r\n0.10000000000000001\r\n");
    CHECK(client("ZRANK", "z", "m", "WITHSCORE") ==
          "-ERR wrong number of arguments for 'zrank' command\r\n");
    CHECK(client("HEXPIRE", "h", "1").starts_with("-ERR unknown command 'HEXPIRE'"));
    CHECK(client("BITCOUNT", "nokey", "0") == ":0\r\n");
    client("SADD", "s", "a");
    CHECK(client("OBJECT", "ENCODING", "s") == "$9\r\nhashtable\r\n");
    CHECK(client("HSCAN", "h", "0", "NOVALUES") == "-ERR syntax error\r\n");
    CHECK(client("EVAL", "return redis.call('hexpire', 'h', 'x')", "0")
              .starts_with("-ERR Unknown Redis command called from script"));
}

TEST_CASE("an option that came later spoils a transaction when it runs, as Redis has it")
{
    Client client{speaking_as("redis-7.0")};
    client("MULTI");
    CHECK(client("SET", "k", "v", "IFEQ", "x") == "+QUEUED\r\n");
    CHECK(client("EXEC") == "*1\r\n-ERR syntax error\r\n");
}

TEST_CASE("Redis 8.0 writes short coordinates and refuses negative cursors")
{
    Client client{speaking_as("redis-8.0")};
    client("GEOADD", "g", "77.5946", "12.9716", "m");
    CHECK(client("GEOPOS", "g", "m") ==
          "*1\r\n*2\r\n$16\r\n77.5945982336998\r\n$17\r\n12.97159902243186\r\n");
    CHECK(client("SCAN", "-1") == "-ERR invalid cursor\r\n");
    CHECK(client("SCAN", "") == "-ERR invalid cursor\r\n");
    CHECK(client("ZRANGEBYSCORE", "z", " 4", "5") == "-ERR min or max is not a float\r\n");
    CHECK(client("EVAL", "return redis.call('echo', 0.1)", "0") == "$3\r\n0.1\r\n");
}

TEST_CASE("Valkey 8.1 words its errors in its own way")
{
    Client client{speaking_as("valkey-8.1")};
    CHECK(client("HELLO").find("$6\r\nvalkey\r\n$7\r\nversion\r\n$5\r\n8.1.1\r\n") !=
          std::string::npos);
    CHECK(client("INFO", "server").find("redis_version:7.2.4\r\n") != std::string::npos);
    CHECK(client("INFO", "server").find("valkey_version:8.1.1\r\n") != std::string::npos);
    CHECK(client("SCAN", "0", "TYPE", "banana") == "-ERR unknown type name 'banana'\r\n");
    CHECK(client("SCAN", "0", "TYPE", "stream") == "*2\r\n$1\r\n0\r\n*0\r\n");  // one that it has
    CHECK(client("CLIENT", "LIST", "ID", "0") == "-ERR client-id should be greater than 0\r\n");
    CHECK(client("CLIENT", "KILL", "ID", "one") == "-ERR syntax error\r\n");
    CHECK(client("READONLY") == "+OK\r\n");
    CHECK(client("SET", "n", "5") == "+OK\r\n");
    CHECK(client("OBJECT", "REFCOUNT", "n") == ":1\r\n");
    CHECK(client("BITCOUNT", "n", "0") == ":4\r\n");
    CHECK(client("EVALSHA", "abc", "0") == "-NOSCRIPT No matching script.\r\n");
    CHECK(client("SET", "n", "6", "IFEQ", "5") == "+OK\r\n");
    CHECK(client("DELIFEQ", "n", "6").starts_with("-ERR unknown command"));
    client("MULTI");
    CHECK(client("MULTI") == "-ERR Command not allowed inside a transaction\r\n");
    CHECK(client("EXEC").starts_with("-EXECABORT"));
    CHECK(client("EVAL", "return redis.pcall('nope').err", "0") ==
          "$38\r\nERR Unknown command called from script\r\n");
}

TEST_CASE("scripts find the version of the server, and Valkey's their functions in `server`")
{
    constexpr auto kVersion = "return {redis.REDIS_VERSION, redis.REDIS_VERSION_NUM}";
    CHECK(Client{}("EVAL", kVersion, "0") == "*2\r\n$5\r\n7.2.4\r\n:459268\r\n");
    CHECK(Client{speaking_as("redis-7.0")}("EVAL", kVersion, "0") ==
          "*2\r\n$6\r\n7.0.15\r\n:458767\r\n");
    CHECK(
        Client{}("EVAL", "return server", "0").starts_with("-ERR user_script:1: Script attempted"));
    Client valkey{speaking_as("valkey-8.1")};
    CHECK(valkey("EVAL", "return server.call('ping')", "0") == "+PONG\r\n");
    CHECK(valkey("EVAL",
                 "return {server.SERVER_NAME, server.VALKEY_VERSION, server.VALKEY_VERSION_NUM, "
                 "server.REDIS_VERSION}",
                 "0") == "*4\r\n$6\r\nvalkey\r\n$5\r\n8.1.1\r\n:524545\r\n$5\r\n7.2.4\r\n");
    CHECK(valkey("FUNCTION", "LOAD",
                 "#!lua name=lib\nserver.register_function('f', function() return "
                 "server.call('ping') end)") == "$3\r\nlib\r\n");
    CHECK(valkey("FCALL", "f", "0") == "+PONG\r\n");
}

TEST_CASE("Valkey 9.1 takes no hexadecimal numbers and names what is missing")
{
    Client client{speaking_as("valkey-9.1")};
    CHECK(client("ZADD", "z", "0x1F", "m") == "-ERR value is not a valid float\r\n");
    client("GEOADD", "g", "1", "1", "m");
    CHECK(client("GEOSEARCH", "g", "FROMMEMBER", "D20", "BYRADIUS", "1", "km") ==
          "-ERR member D20 does not exist\r\n");
    CHECK(client("GETEX", "nokey", "EX", "0") == "-ERR invalid expire time in 'getex' command\r\n");
    CHECK(client("EVAL", "error('mine')", "0") ==
          "-ERR user_script:1: mine script: on @user_script:1.\r\n");
    CHECK(client("EVAL", "return redis.call('client', 'nope')", "0") ==
          "-ERR unknown subcommand 'nope'. Try CLIENT HELP. script: on @user_script:1.\r\n");
    CHECK(client("DELIFEQ", "k", "v") == ":0\r\n");
}

TEST_CASE("later servers count negative offsets from the end of a large sorted set")
{
    for (const char* name : {"redis-8.0", "valkey-8.1", "valkey-9.1"}) {
        INFO(name);
        Client client{speaking_as(name)};
        client("ZADD", "z", "1", "a", "2", "b", "3", "c");
        CHECK(client("ZRANGEBYSCORE", "z", "1", "2", "LIMIT", "-1", "5") == "*0\r\n");
        client("ZADD", "z", "4", std::string(100, 'd'));  // no listpack any more
        CHECK(client("ZRANGEBYSCORE", "z", "1", "2", "LIMIT", "-1", "5") == "*1\r\n$1\r\nb\r\n");
        CHECK(client("ZREVRANGEBYSCORE", "z", "3", "2", "LIMIT", "-1", "5") == "*1\r\n$1\r\nb\r\n");
        CHECK(client("ZRANGEBYSCORE", "z", "1", "2", "LIMIT", "-3", "5") == "*0\r\n");
    }
    Client client;
    client("ZADD", "z", "1", std::string(100, 'd'));
    CHECK(client("ZRANGEBYSCORE", "z", "1", "2", "LIMIT", "-1", "5") == "*0\r\n");
}

TEST_CASE("DUMP has the version of the server, and RESTORE takes what that takes")
{
    const auto dump = [](const char* name) {
        Client client{speaking_as(name)};
        client("SET", "k", "hello");
        const std::string reply = client("DUMP", "k");
        return reply.substr(reply.find("\r\n") + 2, 17);
    };
    const auto takes = [](const char* name, const std::string& payload) {
        Client client{speaking_as(name)};
        return client("RESTORE", "k", "0", payload) == "+OK\r\n";
    };
    CHECK(dump("valkey-9.1") == std::string("\0\5hello\x50\0\xac\x58\x16\xe7\xfb\x66\x47\xfe", 17));
    CHECK(dump("redis-8.0") == std::string("\0\5hello\x0c\0\xa8\4\xeb\xb6\x9f\x1e\xbe\x43", 17));
    CHECK(takes("valkey-9.1", dump("valkey-9.1")));
    CHECK(takes("valkey-9.1", dump("valkey-8.1")));
    CHECK_FALSE(takes("valkey-9.1", dump("redis-8.0")));
    CHECK_FALSE(takes("redis-8.0", dump("valkey-9.1")));
    CHECK_FALSE(takes("redis-7.0", dump("valkey-8.1")));
    CHECK(takes("redis-7.2", dump("redis-8.0")));
}

TEST_CASE("a short string that was changed in place is raw in every server")
{
    for (const char* name : {"redis-7.2", "redis-8.0", "valkey-8.1", "valkey-9.1"}) {
        INFO(name);
        Client client{speaking_as(name)};
        client("SETRANGE", "k", "0", "hello");
        CHECK(client("OBJECT", "ENCODING", "k") == "$3\r\nraw\r\n");
    }
}

TEST_CASE(
    "SORT makes a skiplist, takes numbers beyond a double in Redis 8.0, and no empty ones in "
    "Valkey 9.1")
{
    Client redis{speaking_as("redis-8.0")};
    redis("ZADD", "z", "1", "1");
    CHECK(redis("OBJECT", "ENCODING", "z") == "$8\r\nlistpack\r\n");
    redis("SORT", "z");
    CHECK(redis("OBJECT", "ENCODING", "z") == "$8\r\nskiplist\r\n");
    redis("RPUSH", "l", "1e400");
    CHECK(redis("SORT", "l") == "*1\r\n$5\r\n1e400\r\n");
    Client valkey{speaking_as("valkey-9.1")};
    valkey("RPUSH", "l", "");
    CHECK(valkey("SORT", "l") == "-ERR One or more scores can't be converted into double\r\n");
    CHECK(valkey("SCAN", "0", "TYPE", "banana", "TYPE") == "-ERR unknown type name 'banana'\r\n");
}
