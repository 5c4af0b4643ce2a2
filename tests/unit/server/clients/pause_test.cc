#include "server/clients/pause.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// Anna, whose requests are held; ben and the server's ticks go on.
struct Paused
{
    Client anna;
    Client ben{anna};

    explicit Paused(std::string_view scope, std::string_view ms = "1000")
    {
        REQUIRE(ben("CLIENT", "PAUSE", ms, scope) == "+OK\r\n");
    }

    void advance(std::chrono::milliseconds by)
    {
        anna.clock.advance(by);
        anna.server().tick();
    }
};

}  // namespace

TEST_CASE("a pause of writes holds what may change something, and nothing else")
{
    Paused paused{"WRITE"};
    CHECK(paused.anna("GET", "a") == "$-1\r\n");
    CHECK(paused.anna("SET", "a", "1") == "");
    CHECK(paused.anna.session().blocked);
    paused.advance(1s - 1ms);
    CHECK(paused.anna.take_output() == "");
    paused.advance(1ms);
    CHECK(paused.anna.take_output() == "+OK\r\n");
    CHECK_FALSE(paused.anna.session().blocked);
    CHECK(paused.anna("GET", "a") == "$1\r\n1\r\n");
    CHECK(paused.anna.server().agenda.size() == 0);
}

TEST_CASE("a pause of all holds even what would end it")
{
    Paused paused{"ALL"};
    CHECK(paused.anna("PING") == "");
    CHECK(paused.ben("CLIENT", "UNPAUSE") == "");
    paused.advance(1s);
    CHECK(paused.anna.take_output() == "+PONG\r\n");
    CHECK(paused.ben.take_output() == "+OK\r\n");
}

TEST_CASE("CLIENT UNPAUSE ends a pause of writes; what was held runs in its order")
{
    Paused paused{"WRITE", "100000"};
    Client cleo{paused.anna};
    paused.anna("APPEND", "a", "1");
    cleo("APPEND", "a", "2");
    CHECK(paused.ben("CLIENT", "UNPAUSE") == "+OK\r\n");
    CHECK(paused.ben("GET", "a") == "$2\r\n12\r\n");
    CHECK(paused.anna.take_output() == ":1\r\n");
    CHECK(cleo.take_output() == ":2\r\n");
}

TEST_CASE("of several pauses, the later end and the wider scope hold")
{
    Paused paused{"WRITE", "600"};
    CHECK(paused.ben("CLIENT", "PAUSE", "100", "ALL") == "+OK\r\n");
    CHECK(paused.anna("PING") == "");
    paused.advance(599ms);
    CHECK(paused.anna.take_output() == "");
    paused.advance(1ms);
    CHECK(paused.anna.take_output() == "+PONG\r\n");
    CHECK(paused.ben("CLIENT", "PAUSE", "100", "WRITE") == "+OK\r\n");
    CHECK(paused.anna("PING") == "+PONG\r\n");
}

TEST_CASE("a transaction waits as soon as it has a write, a script unless it says it has none")
{
    Paused paused{"WRITE"};
    CHECK(paused.anna("MULTI") == "+OK\r\n");
    CHECK(paused.anna("GET", "a") == "+QUEUED\r\n");
    CHECK(paused.anna("SET", "a", "1") == "");
    CHECK(paused.anna.session().transaction.queue.size() == 1);
    Client cleo{paused.anna};
    CHECK(cleo("EVAL_RO", "return 1", "0") == ":1\r\n");
    CHECK(cleo("EVAL", "#!lua flags=no-writes\nreturn 1", "0") == ":1\r\n");
    CHECK(cleo("EVAL", "return 1", "0") == "");
    Client dora{paused.anna};
    CHECK(dora("PUBLISH", "a", "b") == "");
    paused.advance(1s);
    CHECK(paused.anna.take_output() == "+QUEUED\r\n");
    CHECK(cleo.take_output() == ":1\r\n");
    CHECK(dora.take_output() == ":0\r\n");
    CHECK(paused.ben("CLIENT", "PAUSE", "10", "WRITE") == "+OK\r\n");
    CHECK(paused.anna("EXEC") == "");
    paused.advance(10ms);
    CHECK(paused.anna.take_output() == "*2\r\n$-1\r\n+OK\r\n");
}

TEST_CASE("keys whose time is over are not seen, but stay until the pause is over")
{
    Client anna;
    Client ben{anna};
    anna("SET", "a", "1", "PX", "10");
    anna("CLIENT", "PAUSE", "1000", "WRITE");
    anna.clock.advance(10ms);
    anna.server().tick();
    CHECK(anna("EXISTS", "a") == ":0\r\n");
    CHECK(anna("TTL", "a") == ":-2\r\n");
    CHECK(anna("KEYS", "*") == "*0\r\n");
    CHECK(anna("DBSIZE") == ":1\r\n");
    CHECK(anna("RANDOMKEY") == "$1\r\na\r\n");
    CHECK(anna.server().stats.keys_expired == 0);
    anna.clock.advance(1s);
    anna.server().tick();
    CHECK(anna("DBSIZE") == ":0\r\n");
    CHECK(anna.server().stats.keys_expired == 1);
}

TEST_CASE("an open offer stays open until the pause is over")
{
    Client anna;
    anna("GEOADD", "geo", "77.59", "12.98", "driver:D2");
    anna("SADD", "available", "driver:D2");
    anna("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.5946", "12.9716", "BYRADIUS",
         "5", "km", "OFFER");
    REQUIRE(anna.server().dispatcher.open_orders() == 1);
    anna("CLIENT", "PAUSE", "100000", "WRITE");
    anna.clock.advance(50s);
    anna.server().tick();
    CHECK(anna.server().dispatcher.open_orders() == 1);
    anna("CLIENT", "UNPAUSE");
    anna.server().tick();
    CHECK(anna.server().dispatcher.open_orders() == 0);
}

TEST_CASE("one that is gone or that another pause holds leaves nothing behind")
{
    Paused paused{"WRITE"};
    {
        Client cleo{paused.anna};
        cleo("SET", "a", "1");
        CHECK(paused.ben("CLIENT", "UNBLOCK", std::to_string(cleo.session().id)) == ":0\r\n");
        CHECK(paused.anna.server().pause.held() == 1);
    }
    CHECK(paused.anna.server().pause.held() == 0);
    CHECK(paused.anna("CLIENT", "PAUSE", "5000", "WRITE") == "+OK\r\n");
    CHECK(paused.anna("SET", "a", "1") == "");
    paused.advance(1s);
    CHECK(paused.anna.take_output() == "");
    paused.advance(4s);
    CHECK(paused.anna.take_output() == "+OK\r\n");
}

TEST_CASE("UNPAUSE in a transaction lets nobody into it")
{
    Paused paused{"WRITE"};
    paused.anna("SET", "a", "1");
    paused.ben("MULTI");
    paused.ben("CLIENT", "UNPAUSE");
    paused.ben("GET", "a");
    CHECK(paused.ben("EXEC") == "*2\r\n+OK\r\n$-1\r\n");
    CHECK(paused.ben("GET", "a") == "$1\r\n1\r\n");
}

TEST_CASE("time that is moved by hand passes by keys that a pause keeps")
{
    Client anna;
    anna("SET", "a", "1", "PX", "10");
    anna("CLIENT", "PAUSE", "1000", "WRITE");
    anna.server().travel_to(anna.clock.now() + 500ms);
    CHECK(anna("DBSIZE") == ":1\r\n");
    anna.server().travel_to(anna.clock.now() + 500ms);
    CHECK(anna("DBSIZE") == ":0\r\n");
}
