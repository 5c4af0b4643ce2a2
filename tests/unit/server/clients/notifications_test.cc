#include "server/clients/notifications.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using tests::Client;

namespace {

/// "*4 pmessage pattern channel message" without the pattern: "channel message\n" each.
std::string messages(Client& listener)
{
    std::string told;
    std::vector<std::string> lines;
    std::string line;
    for (const char c : listener.take_output()) {
        if (c != '\n') {
            if (c != '\r') line += c;
            continue;
        }
        lines.push_back(std::exchange(line, {}));
    }
    for (std::size_t i = 0; i + 8 < lines.size(); i += 9)
        told += lines[i + 6] + " " + lines[i + 8] + "\n";
    return told;
}

struct World
{
    Client client;
    Client listener{client};

    explicit World(std::string_view letters)
    {
        CHECK(client("CONFIG", "SET", "notify-keyspace-events", letters) == "+OK\r\n");
        listener("PSUBSCRIBE", "__key*__:*");
    }
};

}  // namespace

TEST_CASE("nothing is published unless it is asked for")
{
    Client client;
    Client listener{client};
    listener("PSUBSCRIBE", "*");
    client("SET", "key", "value");
    CHECK(listener.take_output() == "");
}

TEST_CASE("a change is published by its key and by its event")
{
    World world{"KEA"};
    world.client("SADD", "drivers", "anna");
    CHECK(messages(world.listener) == "__keyspace@0__:drivers sadd\n__keyevent@0__:sadd drivers\n");
    world.client("SELECT", "3");
    world.client("SET", "key", "value", "EX", "10");
    CHECK(messages(world.listener) ==
          "__keyspace@3__:key set\n__keyevent@3__:set key\n"
          "__keyspace@3__:key expire\n__keyevent@3__:expire key\n");
}

TEST_CASE("a lock that expires is published on time")
{
    World world{"Ex"};
    world.client("SET", "lock", "order", "PX", "100");
    CHECK(messages(world.listener) == "");
    world.client.clock.advance(std::chrono::milliseconds{100});
    world.client.server().tick();
    CHECK(messages(world.listener) == "__keyevent@0__:expired lock\n");
}

TEST_CASE("only the classes that were asked for are published")
{
    World world{"E$g"};
    world.client("SADD", "set", "x");
    world.client("SET", "text", "x");
    world.client("DEL", "set", "text");
    CHECK(messages(world.listener) ==
          "__keyevent@0__:set text\n__keyevent@0__:del set\n__keyevent@0__:del text\n");
}

TEST_CASE("commands with several changes tell them in Redis's order")
{
    World world{"EA"};
    world.client("SADD", "a", "x");
    world.client("SMOVE", "a", "b", "x");
    world.client("RENAME", "b", "c");
    world.client("FLUSHALL");
    CHECK(messages(world.listener) ==
          "__keyevent@0__:sadd a\n__keyevent@0__:srem a\n__keyevent@0__:del a\n"
          "__keyevent@0__:sadd b\n__keyevent@0__:rename_from b\n__keyevent@0__:rename_to c\n");
}

TEST_CASE("new keys and missed ones are told only to those who ask by their letters")
{
    World all{"EA"};
    all.client("SADD", "s", "a");
    all.client("GET", "nokey");
    CHECK(messages(all.listener) == "__keyevent@0__:sadd s\n");

    World both{"Emn"};
    both.client("SADD", "s", "a");
    both.client("SADD", "s", "b");
    CHECK(messages(both.listener) == "__keyevent@0__:new s\n");
    both.client("MGET", "s", "one", "two");
    CHECK(messages(both.listener) == "__keyevent@0__:keymiss one\n__keyevent@0__:keymiss two\n");
    both.client("SREM", "nokey", "a");
    both.client("HSETNX", "h", "f", "1");
    CHECK(messages(both.listener) == "__keyevent@0__:new h\n");
}

TEST_CASE("a new key is told before the change that made it")
{
    World world{"EAn"};
    world.client("SMOVE", "nokey", "t", "a");
    world.client("SADD", "s", "a");
    CHECK(messages(world.listener) == "__keyevent@0__:new s\n__keyevent@0__:sadd s\n");
    world.client("RENAME", "s", "t");
    CHECK(messages(world.listener) ==
          "__keyevent@0__:new t\n__keyevent@0__:rename_from s\n__keyevent@0__:rename_to t\n");
    world.client("COPY", "t", "u");
    CHECK(messages(world.listener) == "__keyevent@0__:new u\n__keyevent@0__:copy_to u\n");
    CHECK(world.client.server().stats.changes == 3);
}
