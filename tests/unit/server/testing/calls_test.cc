#include "server/testing/calls.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

using tests::Client;
using tests::options_for_tests;

TEST_CASE("a call that waits has its reply noted when it comes")
{
    Client client{options_for_tests()};
    Client waiting{client};
    client("CALLS", "START");
    waiting("BLPOP", "queue", "0");
    CHECK(client("CALLS", "COUNT", "REPLY", "waits") == ":1\r\n");
    client("RPUSH", "queue", "a");
    CHECK(client("CALLS", "COUNT", "REPLY", "waits") == ":0\r\n");
    CHECK(client("CALLS", "COUNT", "COMMAND", "blpop", "REPLY", "array") == ":1\r\n");
    waiting.take_output();
}

TEST_CASE("the last 10,000 calls are kept")
{
    Client client{options_for_tests()};
    client("CALLS", "START");
    for (int i = 0; i < 10'005; ++i) client("PING");
    CHECK(client("CALLS", "COUNT") == ":10000\r\n");
    CHECK(client("CALLS", "EXPECT", "NEVER").find("(the first 5 calls are not kept any more)") !=
          std::string::npos);
}

TEST_CASE("long requests are cut")
{
    Client client{options_for_tests()};
    client("CALLS", "START");
    client("SET", "key", std::string(1000, 'x'));
    client("MGET", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
           "16", "17");
    const std::string list = client("CALLS", "LIST");
    CHECK(list.find(std::string(65, 'x')) == std::string::npos);
    CHECK(list.find("... (2 more)") != std::string::npos);
}

TEST_CASE("a strict server takes no command of Dabba's own, but those for tests")
{
    server::Options options = options_for_tests();
    options.strict = "8.0";
    Client client{options};
    CHECK(client("ASSIGN.GET", "order").starts_with("-ERR strict 8.0: ASSIGN.GET is Dabba's own"));
    CHECK(client("CLOCK", "FREEZE") == "+OK\r\n");
    CHECK(client("HGETDEL", "h", "FIELDS", "1", "f") != "");
    CHECK(client("EVAL", "return redis.call('ASSIGN.GET', 'order')", "0").find("Dabba's own") !=
          std::string::npos);
}
