#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// A client of a server with a hash of fields a, b, c, of which a and b end after a second.
struct World
{
    Client client;
    Client listener{client};

    World()
    {
        client("HSET", "h", "a", "1", "b", "2", "c", "3");
        CHECK(client("HEXPIRE", "h", "1", "FIELDS", "2", "a", "b") == "*2\r\n:1\r\n:1\r\n");
    }

    /// From now on, the names of the events are kept.
    void listen()
    {
        client("CONFIG", "SET", "notify-keyspace-events", "EA");
        listener("PSUBSCRIBE", "__keyevent@*");
    }

    std::string events()
    {
        const std::string output = listener.take_output();
        std::string names;
        for (auto at = output.find("__:"); at != output.npos; at = output.find("__:", at + 1))
            names += output.substr(at + 3, output.find('\r', at) - at - 3) + " ";
        return names;
    }
};

}  // namespace

TEST_CASE("a field ends on time, without sleeping, whoever asks")
{
    World world;
    world.client.clock.advance(999ms);
    CHECK(world.client("HLEN", "h") == ":3\r\n");
    CHECK(world.client("HPTTL", "h", "FIELDS", "1", "a") == "*1\r\n:1\r\n");
    world.client.clock.advance(1ms);
    CHECK(world.client("HLEN", "h") == ":1\r\n");
    CHECK(world.client("HGET", "h", "a") == "$-1\r\n");
    CHECK(world.client("HGETALL", "h") == "*2\r\n$1\r\nc\r\n$1\r\n3\r\n");
    CHECK(world.client("HTTL", "h", "FIELDS", "2", "a", "c") == "*2\r\n:-2\r\n:-1\r\n");
}

TEST_CASE("the key goes with its last field")
{
    World world;
    world.client("HEXPIRE", "h", "1", "FIELDS", "1", "c");
    world.client.clock.advance(1s);
    CHECK(world.client("KEYS", "*") == "*0\r\n");
    CHECK(world.client("RANDOMKEY") == "$-1\r\n");
    CHECK(world.client("SCAN", "0") == "*2\r\n$1\r\n0\r\n*0\r\n");
    CHECK(world.client("DBSIZE") == ":0\r\n");
    CHECK(world.client("EXISTS", "h") == ":0\r\n");
    CHECK(world.client("HEXPIRE", "h", "1", "FIELDS", "1", "c") == "*1\r\n:-2\r\n");
}

TEST_CASE("fields end without being asked for, and it is told")
{
    World world;
    world.listen();
    world.client("HEXPIRE", "h", "5", "FIELDS", "1", "c");
    CHECK(world.events() == "hexpire ");
    world.client.clock.advance(1s);
    world.client.server().tick();
    CHECK(world.events() == "hexpired ");
    world.client.clock.advance(4s);
    world.client.server().tick();
    CHECK(world.events() == "hexpired del ");
}

TEST_CASE("a command that meets the end of a field tells of it, even if it fails")
{
    World world;
    world.client("HSET", "h", "text", "x");
    world.listen();
    world.client.clock.advance(1s);
    CHECK(world.client("HINCRBY", "h", "text", "1").starts_with("-ERR hash value"));
    CHECK(world.events() == "hexpired ");
}

TEST_CASE("a WATCH notices that a field ended")
{
    World world;
    world.client("WATCH", "h");
    world.client("MULTI");
    world.client("PING");
    world.client.clock.advance(1s);
    world.client.server().tick();
    CHECK(world.client("EXEC") == "*-1\r\n");
}

TEST_CASE("deadlines of fields move with their hash")
{
    World world;
    world.client("COPY", "h", "copy");
    world.client("RENAME", "h", "renamed");
    world.client("MOVE", "renamed", "1");
    world.client("SWAPDB", "1", "2");
    world.client("SELECT", "2");
    CHECK(world.client("HTTL", "renamed", "FIELDS", "1", "a") == "*1\r\n:1\r\n");
    world.client.clock.advance(1s);
    world.client.server().tick();
    CHECK(world.client("HKEYS", "renamed") == "*1\r\n$1\r\nc\r\n");
    world.client("SELECT", "0");
    CHECK(world.client("HKEYS", "copy") == "*1\r\n$1\r\nc\r\n");
}

TEST_CASE("deadlines of a hash that is gone mean nothing any more")
{
    World world;
    world.client("COPY", "h", "replaced");
    world.client("COPY", "h", "renamed_over");
    world.client("COPY", "h", "deleted");
    world.client("COPY", "h", "stored_over");
    world.client("SET", "replaced", "x");
    world.client("SET", "other", "y");
    world.client("RENAME", "other", "renamed_over");
    world.client("DEL", "deleted");
    world.client("SUNIONSTORE", "stored_over", "none");
    world.client.clock.advance(1s);
    world.client.server().tick();
    CHECK(world.client("GET", "replaced") == "$1\r\nx\r\n");
    world.client("HSET", "h", "a", "1");
    world.client("HEXPIRE", "h", "1", "FIELDS", "1", "a");
    world.client("FLUSHALL");
    world.client("HSET", "h", "a", "1");
    world.client.clock.advance(1s);
    world.client.server().tick();
    CHECK(world.client("HGET", "h", "a") == "$1\r\n1\r\n");
}

TEST_CASE("a dump keeps the deadlines of fields")
{
    World world;
    const std::string reply = world.client("DUMP", "h");
    const std::string dump =
        reply.substr(reply.find('\n') + 1, reply.size() - reply.find('\n') - 3);
    CHECK(world.client("RESTORE", "again", "0", dump) == "+OK\r\n");
    CHECK(world.client("HTTL", "again", "FIELDS", "3", "a", "b", "c") ==
          "*3\r\n:1\r\n:1\r\n:-1\r\n");
    world.client.clock.advance(1s);
    CHECK(world.client("RESTORE", "later", "0", dump) == "+OK\r\n");
    CHECK(world.client("HLEN", "later") == ":1\r\n");
}

TEST_CASE("many fields that end at once go over several ticks")
{
    Client client;
    for (int i = 0; i < 5000; ++i) client("HSET", "h", std::to_string(i), "x");
    for (int i = 0; i < 4000; ++i) client("HEXPIRE", "h", "1", "FIELDS", "1", std::to_string(i));
    client.clock.advance(1s);
    int ticks = 1;
    while (client.server().tick()) ++ticks;
    CHECK(ticks > 10);
    CHECK(client("HLEN", "h") == ":1000\r\n");
}

TEST_CASE(
    "a hash has the form with deadlines once one was asked for, whether or not a field got it")
{
    Client client;
    const auto encoding = [&](const char* command, auto... words) {
        client("DEL", "h");
        client("HSET", "h", "a", "1");
        client(command, "h", words...);
        return client("OBJECT", "ENCODING", "h");
    };
    constexpr const char* kTimed = "$10\r\nlistpackex\r\n";
    CHECK(encoding("HEXPIRE", "100", "FIELDS", "1", "missing") == kTimed);
    CHECK(encoding("HEXPIRE", "100", "XX", "FIELDS", "1", "a") == kTimed);
    CHECK(encoding("HGETEX", "PERSIST", "FIELDS", "1", "a") == kTimed);
    CHECK(encoding("HSETEX", "FIELDS", "1", "a", "2") == "$8\r\nlistpack\r\n");
}
