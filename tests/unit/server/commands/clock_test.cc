#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

server::Options for_tests(const char* allowed = "yes")
{
    server::Options options;
    options.enable_test_commands = allowed;
    options.notify_keyspace_events = "Ex";
    return options;
}

constexpr const char* kOk = "+OK\r\n";

std::string integer(std::int64_t number) { return ":" + std::to_string(number) + "\r\n"; }

}  // namespace

TEST_CASE("CLOCK is refused unless the server was started with enable-test-commands")
{
    Client client;
    for (const char* name : {"ADVANCE", "SET"})
        CHECK(client("CLOCK", name, "1s")
                  .starts_with(
                      "-ERR CLOCK command not allowed. If the enable-test-commands option is set"));
    CHECK(client("CONFIG", "SET", "enable-test-commands", "yes").starts_with("-ERR"));
    Client local{for_tests("local")};
    CHECK(local("CLOCK", "FREEZE") == kOk);
    CHECK(local("EVAL", "return redis.call('CLOCK', 'RUN')", "0").starts_with("-ERR"));
    CHECK(local("MULTI") == kOk);
    CHECK(local("CLOCK", "RUN") == "-ERR Command not allowed inside a transaction\r\n");
}

TEST_CASE("CLOCK ADVANCE takes a duration as people write it")
{
    Client client{for_tests()};
    const auto begin = client.clock.now();
    const auto moved = [&](const char* duration) {
        const auto before = client.clock.now();
        CHECK(client("CLOCK", "ADVANCE", duration) == kOk);
        return client.clock.now() - before;
    };
    CHECK(moved("30s") == 30s);
    CHECK(moved("5m") == 5min);
    CHECK(moved("1500ms") == 1500ms);
    CHECK(moved("7us") == 7us);
    CHECK(moved("1h30m") == 90min);
    CHECK(moved("2d") == 48h);
    CHECK(moved("0s") == 0s);
    const auto now = client.clock.now();
    for (const char* wrong : {"", "s", "5", "-1s", "1.5s", "5 s", "5S", "1h30"}) {
        INFO(wrong);
        CHECK(client("CLOCK", "ADVANCE", wrong).find("is no duration") != std::string::npos);
    }
    for (const char* far :
         {"9000000d", "9223372036854775807us", "9223372036854775807d", "99999999999999999999s"})
        CHECK(client("CLOCK", "ADVANCE", far) == "-ERR the clock ends with the year 9999\r\n");
    CHECK(client.clock.now() == now);
    CHECK(begin < now);
}

TEST_CASE("what is due on the way happens in order, each at its own moment")
{
    Client client{for_tests()};
    Client listener{client}, waiting{client}, patient{client};
    listener("SUBSCRIBE", "__keyevent@0__:expired");
    client("SET", "later", "1", "EX", "60");
    client("SET", "sooner", "1", "EX", "20");
    CHECK(waiting("BLPOP", "queue", "30").empty());
    CHECK(patient("BLPOP", "queue", "90").empty());
    CHECK(client("CLOCK", "ADVANCE", "70s") == kOk);
    const std::string events = listener.take_output();
    CHECK(events.find("sooner") < events.find("later"));
    CHECK(events.find("later") != std::string::npos);
    CHECK(waiting.take_output() == "*-1\r\n");
    CHECK(patient.take_output().empty());
    CHECK(client("DBSIZE") == integer(0));
}

TEST_CASE("offers run out and go on while the clock is advanced, each for its whole time")
{
    Client client{for_tests()};
    Client listener{client};
    client("GEOADD", "geo", "77.59", "12.97", "driver:a", "77.60", "12.97", "driver:b", "77.61",
           "12.97", "driver:c");
    client("SADD", "available", "driver:a", "driver:b", "driver:c");
    listener("PSUBSCRIBE", "assign:order");
    const auto begin = client.clock.now_ms();
    client("ASSIGN", "geo", "available", "order", "FROMLONLAT", "77.58", "12.97", "BYRADIUS", "9",
           "km", "EX", "30", "OFFER");
    CHECK(client("CLOCK", "ADVANCE", "65s") == kOk);
    CHECK(client("HGET", "order", "driver") == "$8\r\ndriver:c\r\n");
    const std::string events = listener.take_output();
    for (const auto after : {30s, 60s}) {
        const auto moment = (begin + after).time_since_epoch().count();
        CHECK(events.find("\"timed_out\"") != std::string::npos);
        CHECK(events.find("\"time_ms\":" + std::to_string(moment)) != std::string::npos);
    }
}

TEST_CASE("however many offers end at one moment, none is left")
{
    Client client{for_tests()};
    for (int i = 0; i < 300; ++i) {
        const std::string number = std::to_string(i);
        client("GEOADD", "geo", "77.59", "12.97", "driver:" + number);
        client("SADD", "available", "driver:" + number);
        client("ASSIGN", "geo", "available", "order:" + number, "FROMMEMBER", "driver:" + number,
               "BYRADIUS", "1", "m", "EX", "30", "OFFER");
    }
    CHECK(client("CLOCK", "ADVANCE", "30s") == kOk);
    for (int i = 0; i < 300; ++i)
        CHECK(client("HEXISTS", "order:" + std::to_string(i), "tried") == integer(1));
}

TEST_CASE("a pause of the clients ends on the way, and what it kept from expiring expires then")
{
    Client client{for_tests()};
    Client other{client};
    client("SET", "key", "1", "EX", "10");
    client("CLIENT", "PAUSE", "60000", "WRITE");
    CHECK(other("SET", "other", "1").empty());
    CHECK(client("CLOCK", "ADVANCE", "30s") == kOk);
    CHECK(other.take_output().empty());
    CHECK(client("CLOCK", "ADVANCE", "31s") == kOk);
    CHECK(client("EXISTS", "key", "other") == integer(1));
    CHECK(other.take_output() == kOk);
}

TEST_CASE("a clock that stands still moves only when it is told to")
{
    Client client{for_tests()};
    auto& timekeeper = client.server().timekeeper;
    const auto wall = client.clock.now();
    timekeeper.observe(wall);
    CHECK(client("CLOCK", "FREEZE") == kOk);
    timekeeper.observe(wall + 10s);
    CHECK(client.clock.now() == wall);
    CHECK(client("CLOCK", "ADVANCE", "3s") == kOk);
    timekeeper.observe(wall + 20s);
    CHECK(client.clock.now() == wall + 3s);
    CHECK(client("CLOCK", "RUN") == kOk);
    timekeeper.observe(wall + 21s);
    CHECK(client.clock.now() == wall + 4s);
}

TEST_CASE("CLOCK SET goes to a moment; an earlier one brings nothing back")
{
    Client client{for_tests()};
    client("SET", "lock", "1", "PXAT", "1900000000000");
    CHECK(client("CLOCK", "SET", "1899999999999") == kOk);
    CHECK(client("PTTL", "lock") == integer(1));
    CHECK(client("CLOCK", "SET", "1900000000000") == kOk);
    CHECK(client("EXISTS", "lock") == integer(0));
    CHECK(client("CLOCK", "SET", "1800000000000") == kOk);
    CHECK(client("TIME") == "*2\r\n$10\r\n1800000000\r\n$1\r\n0\r\n");
    CHECK(client("EXISTS", "lock") == integer(0));
    for (const char* wrong : {"-1", "253402300800000", "soon"})
        CHECK(client("CLOCK", "SET", wrong).starts_with("-ERR"));
}
