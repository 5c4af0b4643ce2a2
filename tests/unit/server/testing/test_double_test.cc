// The header of scripts/test_double/cpp, as a test program of somebody else uses it.
#include <catch2/catch.hpp>

#include "scripts/test_double/cpp/dabba.h"

using namespace std::chrono_literals;

TEST_CASE("a lock whose reply was lost, in the test's own process")
{
    dabba::Server server;
    dabba::Client control{server};
    control("FAULT", "ADD", "COMMAND", "set", "TIMES", "1", "DROPREPLY");
    {
        dabba::Client first{server};
        CHECK(first("SET", "lock", "mine", "NX", "EX", "30").empty());
        CHECK(first.is_closed());
    }
    dabba::Client again{server};
    CHECK(again("SET", "lock", "mine", "NX", "EX", "30") == "(nil)");
    server.advance(30s);
    CHECK(again("SET", "lock", "mine", "NX", "EX", "30") == "OK");
}

TEST_CASE("a client that waits, in the test's own process")
{
    dabba::Server server;
    dabba::Client waiting{server};
    dabba::Client other{server};
    CHECK(waiting("BLPOP", "queue", "10").empty());
    CHECK(waiting.waits());
    server.advance(10s);
    CHECK(waiting.received() == "(nil)");
    CHECK(waiting("BLPOP", "queue", "10").empty());
    other("RPUSH", "queue", "order");
    CHECK(waiting.received() == "1) \"queue\"\n2) \"order\"");
}
