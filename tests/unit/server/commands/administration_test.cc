#include <catch2/catch.hpp>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

TEST_CASE("TIME is the server's moment, to the microsecond")
{
    Client client;
    CHECK(client("TIME") == "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n");
    client.clock.advance(1s + 42us);
    CHECK(client("TIME") == "*2\r\n$10\r\n1700000001\r\n$2\r\n42\r\n");
}

TEST_CASE("DBSIZE counts the keys of the selected database")
{
    Client client;
    CHECK(client("DBSIZE") == ":0\r\n");
    client("SET", "a", "1");
    client("SET", "b", "1");
    CHECK(client("DBSIZE") == ":2\r\n");
    client("SELECT", "1");
    CHECK(client("DBSIZE") == ":0\r\n");
}

TEST_CASE("FLUSHDB empties one database, FLUSHALL all of them")
{
    Client client;
    client("SET", "a", "1");
    client("SELECT", "1");
    client("SET", "a", "1");
    CHECK(client("FLUSHDB") == "+OK\r\n");
    CHECK(client("DBSIZE") == ":0\r\n");
    client("SELECT", "0");
    CHECK(client("DBSIZE") == ":1\r\n");
    CHECK(client("FLUSHALL", "async") == "+OK\r\n");
    CHECK(client("DBSIZE") == ":0\r\n");
    CHECK(client("FLUSHDB", "SYNC") == "+OK\r\n");
}

TEST_CASE("a FLUSHALL that is misspelt removes nothing")
{
    Client client;
    client("SET", "a", "1");
    CHECK(client("FLUSHALL", "now") == "-ERR syntax error\r\n");
    CHECK(client("FLUSHALL", "SYNC", "ASYNC") == "-ERR syntax error\r\n");
    CHECK(client("FLUSHDB", "now") == "-ERR syntax error\r\n");
    CHECK(client("DBSIZE") == ":1\r\n");
}

TEST_CASE("a lone master has no replicas to list or wait for")
{
    Client client;
    CHECK(client("ROLE") == "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
    CHECK(client("WAIT", "0", "0") == ":0\r\n");
    CHECK(client("WAIT", "0", "100") == ":0\r\n");
    CHECK(client("WAIT", "x", "0") == "-ERR value is not an integer or out of range\r\n");
    CHECK(client("WAIT", "0", "x") == "-ERR timeout is not an integer or out of range\r\n");
    CHECK(client("WAIT", "0", "-1") == "-ERR timeout is negative\r\n");
}

TEST_CASE("SHUTDOWN is answered by silence")
{
    Client client;
    SECTION("plain") { CHECK(client("SHUTDOWN") == ""); }
    SECTION("in a hurry") { CHECK(client("SHUTDOWN", "nosave", "now", "force") == ""); }
    SECTION("though it cannot save") { CHECK(client("SHUTDOWN", "SAVE", "FORCE") == ""); }
    CHECK(client.server().shutdown_requested);
}

TEST_CASE("a SHUTDOWN that cannot be done as asked is not done")
{
    Client client;
    CHECK(client("SHUTDOWN", "SAVE") == "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
    CHECK(client("SHUTDOWN", "ABORT") == "-ERR No shutdown in progress.\r\n");
    CHECK(client("SHUTDOWN", "ABORT", "NOW") == "-ERR syntax error\r\n");
    CHECK(client("SHUTDOWN", "SAVE", "NOSAVE") == "-ERR syntax error\r\n");
    CHECK(client("SHUTDOWN", "please") == "-ERR syntax error\r\n");
    CHECK_FALSE(client.server().shutdown_requested);
}

TEST_CASE("LASTSAVE is the start, for nothing was saved since")
{
    Client client;
    client.server().started_at = client.clock.now();
    client.clock.advance(60s);
    CHECK(client("LASTSAVE") == ":1700000000\r\n");
}
