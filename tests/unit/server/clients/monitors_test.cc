#include "server/clients/monitors.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

using tests::Client;

namespace {

/// Ben, who monitors what anna does. A session without a connection has no address.
struct Watched
{
    Client anna;
    Client ben{anna};

    Watched() { REQUIRE(ben("MONITOR") == "+OK\r\n"); }

    /// What ben is shown of a request of anna's, without the time, which stands still.
    template <class... Words>
    std::string shown(const Words&... words)
    {
        anna(words...);
        return seen();
    }
    std::string seen()
    {
        std::string text = ben.take_output();
        const std::string time = "+1700000000.000000 ";
        for (auto at = text.find(time); at != std::string::npos; at = text.find(time))
            text.erase(at, time.size());
        return text;
    }
};

}  // namespace

TEST_CASE("a monitor is shown every request, with its database, quoted")
{
    Watched watched;
    CHECK(watched.shown("get", "a") == "[0 ] \"get\" \"a\"\r\n");
    CHECK(watched.shown("SET", std::string_view{"\0\"\\\n\r\t\a\b\xff", 9}, "x y") ==
          "[0 ] \"SET\" \"\\x00\\\"\\\\\\n\\r\\t\\a\\b\\xff\" \"x y\"\r\n");
    CHECK(watched.shown("SELECT", "3") == "[3 ] \"SELECT\" \"3\"\r\n");
    CHECK(watched.shown("INCR", "text") == "[3 ] \"INCR\" \"text\"\r\n");
}

TEST_CASE("what was refused, what is secret and what administrators do is not shown")
{
    Watched watched;
    CHECK(watched.shown("NOSUCH") == "");
    CHECK(watched.shown("GET") == "");
    CHECK(watched.shown("CONFIG", "GET", "port") == "");
    CHECK(watched.shown("CLIENT", "LIST") == "");
    CHECK(watched.shown("CLIENT", "ID") == "[0 ] \"CLIENT\" \"ID\"\r\n");
    CHECK(watched.shown("AUTH", "secret") == "[0 ] \"AUTH\" \"(redacted)\"\r\n");
}

TEST_CASE("a transaction is shown when it runs, a script before its commands")
{
    Watched watched;
    CHECK(watched.shown("MULTI") == "[0 ] \"MULTI\"\r\n");
    CHECK(watched.shown("GET", "a") == "");
    CHECK(watched.shown("EXEC") == "[0 ] \"GET\" \"a\"\r\n[0 ] \"EXEC\"\r\n");
    CHECK(watched.shown("EVAL", "return redis.call('get', 'a')", "0") ==
          "[0 ] \"EVAL\" \"return redis.call('get', 'a')\" \"0\"\r\n[0 lua] \"get\" \"a\"\r\n");
}

TEST_CASE("a request that waits is shown once")
{
    Watched watched;
    CHECK(watched.shown("BLPOP", "a", "0") == "[0 ] \"BLPOP\" \"a\" \"0\"\r\n");
    Client cleo{watched.anna};
    cleo("RPUSH", "a", "x");
    CHECK(watched.seen() == "[0 ] \"RPUSH\" \"a\" \"x\"\r\n");
}

TEST_CASE("a monitor may not touch keys, and sees itself")
{
    Watched watched;
    Client& ben = watched.ben;
    const std::string refusal = "-ERR Replica can't interact with the keyspace\r\n";
    CHECK(ben("GET", "a") == refusal);
    CHECK(ben("SET", "a", "1") == refusal);
    CHECK(ben("PUBLISH", "a", "1") == refusal);
    CHECK(ben("MONITOR") == "");
    CHECK(ben("PING") == "+PONG\r\n+1700000000.000000 [0 ] \"PING\"\r\n");
    const std::string list = ben("CLIENT", "LIST");
    CHECK(list.find(" flags=O ") != std::string::npos);
    CHECK(watched.anna("CLIENT", "PAUSE", "1000", "ALL") == "+OK\r\n");
    CHECK(ben("PING") == "+PONG\r\n+1700000000.000000 [0 ] \"PING\"\r\n");
}

TEST_CASE("RESET and the end of the connection end it")
{
    Watched watched;
    CHECK(watched.ben("RESET") == "+RESET\r\n");
    CHECK(watched.shown("GET", "a") == "");
    CHECK(watched.ben("GET", "a") == "$-1\r\n");
    {
        Client cleo{watched.anna};
        cleo("MONITOR");
        CHECK(watched.anna.server().monitors.any());
    }
    CHECK_FALSE(watched.anna.server().monitors.any());
}

TEST_CASE("MONITOR stands in no transaction and no script")
{
    Client anna;
    anna("MULTI");
    CHECK(anna("MONITOR") == "+QUEUED\r\n");
    CHECK(anna("EXEC") == "*1\r\n-ERR MONITOR isn't allowed for DENY BLOCKING client\r\n");
    CHECK(anna("EVAL", "return redis.call('monitor')", "0")
              .starts_with("-ERR This Redis command is not allowed from script"));
}
