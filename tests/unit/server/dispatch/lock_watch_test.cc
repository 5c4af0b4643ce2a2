#include "server/dispatch/lock_watch.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

namespace {

using tests::Client;

constexpr int kLocked = 500;

void place(Client& client, const std::string& driver, int step)
{
    client("GEOADD", "geo", std::to_string(1 + step * 0.0001), "2", driver);
    client("SADD", "available", driver);
}

/// A free driver behind those who are numbered below kLocked.
void fill(Client& client)
{
    for (int i = 0; i <= kLocked; ++i) place(client, "driver:" + std::to_string(i), i);
}

void lock_all_but_last(Client& client)
{
    for (int i = 0; i < kLocked; ++i)
        client("SET", "agent:" + std::to_string(i) + ":lock", "by hand", "NX", "EX", "30");
}

bool finds(Client& client, const std::string& order, const std::string& driver)
{
    const auto reply = client("ASSIGN", "geo", "available", order, "FROMLONLAT", "1", "2",
                              "BYRADIUS", "50", "km", "OFFER");
    return reply.find("\r\n" + driver + "\r\n") != std::string::npos;
}

std::uint64_t looked_at(Client& client)
{
    return client.server().dispatcher.stats().searches.drivers;
}

}  // namespace

TEST_CASE("drivers whom other clients lock are out of the way of the first search")
{
    Client client;
    fill(client);

    SECTION("one by one") { lock_all_but_last(client); }
    SECTION("by a script")
    {
        client("EVAL",
               "for i = 0, tonumber(ARGV[1]) - 1 do "
               "redis.call('SET', 'agent:' .. i .. ':lock', 'by hand') end",
               "0", std::to_string(kLocked));
    }
    SECTION("in another database, which is then exchanged")
    {
        client("SWAPDB", "0", "1");
        client("SELECT", "1");
        lock_all_but_last(client);
        client("SWAPDB", "0", "1");
        client("SELECT", "0");
    }
    CHECK(finds(client, "order:1", "driver:500"));
    CHECK(looked_at(client) < 20);
}

TEST_CASE("drivers whose locks end are found again")
{
    Client client;
    fill(client);
    lock_all_but_last(client);
    SECTION("deleted") { client("DEL", "agent:3:lock"); }
    SECTION("over")
    {
        client("PEXPIRE", "agent:3:lock", "10");
        client.clock.advance(std::chrono::milliseconds{10});
    }
    CHECK(finds(client, "order:1", "driver:3"));
}

TEST_CASE("a lock hides nobody but its driver")
{
    Client client;
    place(client, "driver:1", 0);
    SECTION("a name that the set does not have") { client("SET", "agent:2:lock", "x"); }
    SECTION("a key that is like a lock") { client("SET", "agent:1:lock:old", "x"); }
    SECTION("a lock in another database")
    {
        client("SELECT", "1");
        client("SET", "agent:1:lock", "x");
        client("SELECT", "0");
    }
    SECTION("a lock that is gone before it is told")
    {
        client("EVAL", "redis.call('SET', KEYS[1], 'x') redis.call('DEL', KEYS[1])", "1",
               "agent:1:lock");
    }
    CHECK(finds(client, "order:1", "driver:1"));
}

TEST_CASE("members without a prefix, and of several, are never taken while they are locked")
{
    Client client;
    place(client, "anna", 0);
    place(client, "driver:ben", 1);
    place(client, "rider:carl", 2);
    client("SET", "agent:anna:lock", "x");
    client("SET", "agent:ben:lock", "x");
    CHECK(finds(client, "order:1", "rider:carl"));
    client("DEL", "agent:ben:lock");
    CHECK(finds(client, "order:2", "driver:ben"));
}

TEST_CASE("a pattern of the search's own is watched from its first search on")
{
    Client client;
    fill(client);
    const auto finds_by_pattern = [&](const std::string& order) {
        return client("ASSIGN", "geo", "available", order, "FROMLONLAT", "1", "2", "BYRADIUS", "50",
                      "km", "LOCK", "lock/*", "OFFER")
                   .find("driver:") != std::string::npos;
    };
    CHECK(finds_by_pattern("order:1"));
    client("ASSIGN.CANCEL", "order:1");
    for (int i = 0; i < kLocked; ++i) client("SET", "lock/" + std::to_string(i), "x");
    const auto before = looked_at(client);
    CHECK(finds_by_pattern("order:2"));
    CHECK(looked_at(client) - before < 20);
}

TEST_CASE("a lock watch forgets the oldest of many geo sets")
{
    server::LockWatch locks;
    CHECK(locks.empty());
    CHECK_FALSE(locks.may_be_lock(0, "agent:1:lock"));
    CHECK(locks.add(0, "geo", "first/*"));
    CHECK_FALSE(locks.add(0, "geo", "first/*"));
    CHECK(locks.may_be_lock(0, "first/1"));
    CHECK_FALSE(locks.may_be_lock(1, "first/1"));
    for (int i = 0; i < 16; ++i) CHECK(locks.add(0, "geo:" + std::to_string(i), "later/*"));
    CHECK_FALSE(locks.may_be_lock(0, "first/1"));
    CHECK(locks.may_be_lock(0, "later/1"));
    locks.swap(0, 3);
    CHECK(locks.may_be_lock(3, "later/1"));
}
