#include "server/effects.h"

#include <catch2/catch.hpp>

#include "server/persistence/log_reader.h"
#include "tests/support/client.h"
#include "tests/support/replay.h"

namespace {

using tests::Client;

/// What was logged since the last time, in words: a request a line.
std::string logged(Client& client)
{
    server::LogReader reader;
    std::string lines;
    std::string_view log = client.server().effects.gathered();
    while (!log.empty()) {
        REQUIRE(reader.read(log) == server::LogReader::Found::Words);
        for (const auto& word : reader.words())
            lines.append(word).append(&word == &reader.words().back() ? "\n" : " ");
        log.remove_prefix(reader.size());
    }
    client.server().effects.clear_gathered();
    return lines;
}

/// A client whose effects are gathered, in database 0.
struct LoggedClient : Client
{
    LoggedClient()
    {
        server().effects.begin();
        (*this)("SET", "first", "");
        logged(*this);
    }
};

}  // namespace

TEST_CASE("a command that changed something is logged as it was sent, and no other")
{
    LoggedClient client;
    client("sadd", "drivers", "anna", "ben");
    client("SADD", "drivers", "anna");
    client("GET", "first");
    client("LPUSH", "drivers", "x");
    CHECK(logged(client) == "sadd drivers anna ben\n");
}

TEST_CASE("what depends on the clock is logged with the moment it meant")
{
    LoggedClient client;
    client("SET", "a", "1", "EX", "100");
    client("EXPIRE", "first", "10");
    client("GETEX", "first", "PERSIST");
    client("SETEX", "b", "1", "x");
    client("GETEX", "b", "PX", "1500");
    client("EXPIRE", "b", "-1");
    CHECK(logged(client) ==
          "SET a 1 PXAT 1700000100000\n"
          "PEXPIREAT first 1700000010000\n"
          "PERSIST first\n"
          "SET b x PXAT 1700000001000\n"
          "PEXPIREAT b 1700000001500\n"
          "DEL b\n");
}

TEST_CASE("what depends on chance is logged as what it did")
{
    LoggedClient client;
    client("SADD", "set", "a", "b", "c", "d");
    const std::string member = client("SPOP", "set").substr(4, 1);
    CHECK(logged(client) == "SADD set a b c d\nSREM set " + member + "\n");
    client("SPOP", "set", "3");
    CHECK(logged(client) == "DEL set\n");
}

TEST_CASE("a transaction and a script are logged as what they ran, in one")
{
    LoggedClient client;
    client("MULTI");
    client("SET", "a", "1");
    client("INCRBYFLOAT", "a", "0.5");
    client("EXEC");
    client("EVAL", "redis.call('SET', 'b', '1') redis.call('EXPIRE', 'b', 5)", "0");
    client("EVAL", "redis.call('SET', 'c', '1')", "0");
    CHECK(logged(client) ==
          "MULTI\nSET a 1\nSET a 1.5 KEEPTTL\nEXEC\n"
          "MULTI\nSET b 1\nPEXPIREAT b 1700000005000\nEXEC\n"
          "SET c 1\n");
}

TEST_CASE("keys that end by themselves are deleted, before what comes after them")
{
    LoggedClient client;
    client("SET", "a", "1", "PX", "10");
    client("HSET", "hash", "f", "1", "g", "2");
    client("HPEXPIRE", "hash", "10", "FIELDS", "1", "f");
    logged(client);
    client.clock.advance(std::chrono::milliseconds{10});
    client("APPEND", "a", "x");
    client("HINCRBY", "hash", "f", "1");
    CHECK(logged(client) ==
          "MULTI\nDEL a\nAPPEND a x\nEXEC\nMULTI\nHDEL hash f\nHINCRBY hash f 1\nEXEC\n");
}

TEST_CASE("a blocked client's pop is logged as a pop, after what woke it")
{
    LoggedClient client;
    Client waiter{client};
    waiter("BLPOP", "none", "list", "0");
    client("RPUSH", "list", "1", "2");
    CHECK(logged(client) == "RPUSH list 1 2\nLPOP list\n");
}

TEST_CASE("ASSIGN is logged as plain commands")
{
    LoggedClient client;
    client("GEOADD", "geo", "77.6", "12.9", "anna");
    client("SADD", "available", "anna");
    logged(client);
    client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.6", "12.9", "BYRADIUS", "1",
           "KM");
    const std::string log = logged(client);
    INFO(log);
    CHECK(log.starts_with("MULTI\nSET geo:token 1\nSET agent:anna:lock order:1 PXAT "));
    CHECK(log.find("SREM available anna\nDEL order:1\nHSET order:1 ") != std::string::npos);
    CHECK(log.find("ASSIGN") == std::string::npos);
}

TEST_CASE("an offer that runs out by itself is logged")
{
    LoggedClient client;
    client("GEOADD", "geo", "77.6", "12.9", "anna");
    client("SADD", "available", "anna");
    client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.6", "12.9", "BYRADIUS", "1",
           "KM", "OFFER", "EX", "5");
    logged(client);
    client.server().travel_to(client.clock.now() + std::chrono::seconds{6});
    client.server().tick();
    CHECK(logged(client).find("state unassigned") != std::string::npos);
    CHECK(client("HGET", "order:1", "state") == "$10\r\nunassigned\r\n");
}

TEST_CASE("another database is named before its first effect")
{
    LoggedClient client;
    client("SELECT", "3");
    client("SET", "a", "1");
    client("SET", "a", "2");
    CHECK(logged(client) == "SELECT 3\nSET a 1\nSET a 2\n");
}

TEST_CASE("a command that fails in the middle, or changes what it does not name, is missed")
{
    LoggedClient client;
    client("DEBUG", "SLEEP", "0");
    CHECK(!client.server().effects.take_missed());
    client.server().options.enable_debug_command = "yes";
    client("DEBUG", "POPULATE", "2");
    CHECK(logged(client) == "MULTI\nSET key:0 value:0\nSET key:1 value:1\nEXEC\n");
    CHECK(!client.server().effects.take_missed());
}
