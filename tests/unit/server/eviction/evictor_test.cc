#include "server/eviction/evictor.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"
#include "tests/support/slow_scripts.h"

using namespace std::chrono_literals;
using server::EvictionPolicy;
using tests::Client;

namespace {

constexpr std::string_view kOutOfMemory =
    "-OOM command not allowed when used memory > 'maxmemory'.\r\n";

/// A server in which each key takes 100 bytes, and nothing else takes any.
struct Small
{
    Client client;

    explicit Small(std::string_view policy)
    {
        client.server().evictor.memory_in_use = [&server = client.server()] {
            std::size_t keys = 0;
            for (int i = 0; i < server.databases.count(); ++i) keys += server.databases[i].size();
            return 100 * keys;
        };
        client("CONFIG", "SET", "maxmemory-policy", policy);
    }

    /// Room for so many keys.
    void limit(int keys) { client("CONFIG", "SET", "maxmemory", std::to_string(100 * keys)); }

    /// Makes the keys first ... last - 1.
    void fill(int first, int last, std::string_view seconds_to_live = {})
    {
        for (int i = first; i < last; ++i) {
            client("SET", std::to_string(i), "x");
            if (!seconds_to_live.empty()) client("EXPIRE", std::to_string(i), seconds_to_live);
        }
    }
    int count(int first, int last)
    {
        int found = 0;
        for (int i = first; i < last; ++i)
            found += client.server().databases[0].holds(std::to_string(i)) ? 1 : 0;
        return found;
    }
    std::string info(std::string_view field)
    {
        const std::string text = client("INFO", "stats");
        const auto at = text.find(fmt::format("\r\n{}:", field)) + field.size() + 3;
        return text.substr(at, text.find('\r', at) - at);
    }
};

}  // namespace

TEST_CASE("a policy is known by its name")
{
    using Victims = EvictionPolicy::Victims;
    using Order = EvictionPolicy::Order;
    CHECK(EvictionPolicy::named("noeviction").victims == Victims::None);
    CHECK(EvictionPolicy::named("allkeys-random") == EvictionPolicy{Victims::All, Order::Chance});
    CHECK(EvictionPolicy::named("volatile-lru") ==
          EvictionPolicy{Victims::Volatile, Order::LastUse});
    CHECK(EvictionPolicy::named("allkeys-lfu") == EvictionPolicy{Victims::All, Order::Frequency});
    CHECK(EvictionPolicy::named("volatile-ttl") ==
          EvictionPolicy{Victims::Volatile, Order::Deadline});
}

TEST_CASE("whatever the policy, the limit is kept and writes go on")
{
    const std::string policy =
        GENERATE("allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-lfu",
                 "volatile-random", "volatile-ttl");
    INFO(policy);
    Small small{policy};
    small.limit(50);
    small.fill(0, 200, "1000");
    CHECK(small.count(0, 200) <= 51);
    CHECK(small.count(0, 200) >= 49);
    CHECK(std::stoi(small.info("evicted_keys")) >= 149);
}

TEST_CASE("a volatile policy takes no other keys, and refuses when there are none of its own")
{
    const std::string policy =
        GENERATE("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl");
    INFO(policy);
    Small small{policy};
    small.fill(0, 40);
    small.fill(40, 80, "1000");
    small.limit(60);
    CHECK(small.client("GET", "0") == "$1\r\nx\r\n");
    CHECK(small.count(0, 40) == 40);
    CHECK(small.count(40, 80) == 20);
    small.limit(10);
    CHECK(small.client("SET", "new", "x") == kOutOfMemory);
    CHECK(small.count(0, 40) == 40);
    CHECK(small.count(40, 80) == 0);
    CHECK(small.client("DEL", "0") == ":1\r\n");
}

TEST_CASE("least recently used keys go first")
{
    Small small{"allkeys-lru"};
    for (int i = 0; i < 1000; ++i) {
        small.fill(i, i + 1);
        small.client.clock.advance(1s);
    }
    // The older half was used just now, but for every tenth.
    for (int i = 0; i < 500; ++i)
        if (i % 10 != 0) small.client("GET", std::to_string(i));
    small.limit(500);
    small.client("PING");
    int never_used = 0;
    for (int i = 0; i < 500; i += 10) never_used += small.count(i, i + 1);
    CHECK(never_used <= 5);
    CHECK(small.count(0, 500) - never_used >= 430);  // 450, but for what a small sample costs
    CHECK(small.count(500, 600) <= 10);
}

TEST_CASE("samples of ten come close to the true order")
{
    Small small{"allkeys-lru"};
    small.client("CONFIG", "SET", "maxmemory-samples", "10");
    for (int i = 0; i < 2000; ++i) {
        small.fill(i, i + 1);
        small.client.clock.advance(1s);
    }
    small.limit(1000);
    small.client("PING");
    CHECK(small.count(1000, 2000) >= 950);
}

TEST_CASE("least frequently used keys go first, however recent their use")
{
    Small small{"allkeys-lfu"};
    small.client("CONFIG", "SET", "lfu-log-factor", "0");
    small.fill(0, 400);
    for (int round = 0; round < 5; ++round)
        for (int i = 0; i < 200; ++i) small.client("GET", std::to_string(i));
    small.limit(200);
    small.client("PING");
    CHECK(small.count(0, 200) >= 175);  // samples of five miss some
}

TEST_CASE("keys whose deadline is next go first, exactly")
{
    Small small{"volatile-ttl"};
    small.fill(0, 10);
    for (int i = 10; i < 100; ++i)
        small.client("SET", std::to_string(i), "x", "EX", std::to_string(1000 + i * 37 % 100));
    small.limit(55);
    small.client("PING");
    CHECK(small.count(0, 10) == 10);
    for (int i = 10; i < 100; ++i) {
        INFO(i);
        int earlier = 0;
        for (int other = 10; other < 100; ++other)
            earlier += other * 37 % 100 < i * 37 % 100 ? 1 : 0;
        CHECK(small.count(i, i + 1) == (earlier < 45 ? 0 : 1));
    }
}

TEST_CASE("by chance, each key has the same, and each database its turn")
{
    Small small{"allkeys-random"};
    small.client("SELECT", "3");
    for (int i = 0; i < 500; ++i) small.client("SET", fmt::format("k{}", i), "x");
    small.client("SELECT", "0");
    small.fill(0, 500);
    small.limit(800);
    small.client("PING");
    CHECK(small.client.server().databases[0].size() == 400);
    CHECK(small.client.server().databases[3].size() == 400);
    CHECK(std::abs(small.count(0, 250) - 200) < 30);
}

TEST_CASE("who listens is told before the command that needed room")
{
    Small small{"allkeys-lru"};
    Client watching{small.client};
    Client caching{small.client};
    Client listening{small.client};
    small.client("CONFIG", "SET", "notify-keyspace-events", "Ee");
    small.client("CONFIG", "SET", "maxmemory-samples", "64");  // which miss no key of two
    listening("SUBSCRIBE", "__keyevent@0__:evicted");
    caching("HELLO", "3");
    caching("CLIENT", "TRACKING", "ON");
    small.client("SET", "old", "x");
    caching("GET", "old");
    watching("WATCH", "old");
    small.client.clock.advance(60s);
    small.client("SET", "new", "x");
    small.limit(1);
    CHECK(caching("PING") == ">2\r\n$10\r\ninvalidate\r\n*1\r\n$3\r\nold\r\n+PONG\r\n");
    CHECK(listening.take_output() ==
          "*3\r\n$7\r\nmessage\r\n$22\r\n__keyevent@0__:evicted\r\n$3\r\nold\r\n");
    watching("MULTI");
    CHECK(watching("EXEC") == "*-1\r\n");
    CHECK(small.info("evicted_keys") == "1");
}

TEST_CASE("a transaction and a script have the memory that there was when they began")
{
    Small small{"noeviction"};
    Client& client = small.client;
    client("MULTI");
    CHECK(client("SET", "1", "x") == "+QUEUED\r\n");
    CHECK(client("SET", "2", "x") == "+QUEUED\r\n");
    CHECK(client("CONFIG", "SET", "maxmemory", "100") == "+QUEUED\r\n");
    CHECK(client("SET", "3", "x") == "+QUEUED\r\n");
    CHECK(client("EXEC") == "*4\r\n+OK\r\n+OK\r\n+OK\r\n+OK\r\n");
    CHECK(client("EVAL", "return redis.call('SET', 'k', '1')", "0").starts_with("-OOM "));
    CHECK(client("EVAL", "return redis.call('GET', '1')", "0") == "$1\r\nx\r\n");
    client("MULTI");
    CHECK(client("GET", "1") == kOutOfMemory);  // the queue, too, takes memory
    CHECK(client("EXEC").starts_with("-EXECABORT"));

    small.limit(100);
    CHECK(client("EVAL", "for i = 1, 200 do redis.call('SET', i, 'x') end", "0") == "$-1\r\n");
    CHECK(client.server().databases[0].size() == 200);
}

TEST_CASE("no key goes in the middle of a command, of a script that is slow, or of a pause")
{
    Small small{"allkeys-lru"};
    small.fill(0, 20);
    SECTION("a slow script")
    {
        small.client("CONFIG", "SET", "busy-reply-threshold", "1");
        const tests::SlowScripts slow{small.client, [&](Client& other) {
                                          small.client.server().options.max_memory = 100;
                                          other("PING");
                                          other.server().tick();
                                      }};
        small.client("EVAL", "for i = 1, 1000000 do end", "0");
        CHECK(small.count(0, 20) == 20);
    }
    SECTION("a pause")
    {
        small.client("CLIENT", "PAUSE", "1000", "WRITE");
        small.limit(1);
        small.client("PING");
        small.client.server().tick();
        CHECK(small.count(0, 20) == 20);
    }
    small.client.server().stopwatch = [] { return std::chrono::nanoseconds{}; };
    small.client("CLIENT", "UNPAUSE");
    small.limit(1);
    small.client("PING");
    CHECK(small.count(0, 20) == 1);
}

TEST_CASE("a run that lasts long leaves the rest to the ticks, and refuses nothing")
{
    Small small{"allkeys-random"};
    small.fill(0, 200);
    // One look at it is a millisecond.
    small.client.server().stopwatch = [] {
        static std::chrono::nanoseconds passed{};
        return passed += 1ms;
    };
    small.limit(100);
    CHECK(small.client("SET", "0", "y") == "+OK\r\n");
    const int left = small.count(0, 200);
    CHECK(left > 170);
    CHECK(std::stoi(small.info("current_eviction_exceeded_time")) > 0);
    int ticks = 0;
    while (small.client.server().tick()) ++ticks;
    CHECK(ticks > 2);
    CHECK(small.count(0, 200) <= 100);
    CHECK(small.info("current_eviction_exceeded_time") == "0");
    CHECK(std::stoi(small.info("total_eviction_exceeded_time")) > 0);

    small.client("CONFIG", "SET", "maxmemory-eviction-tenacity", "100");
    small.limit(10);
    small.client("PING");
    CHECK(small.count(0, 200) <= 10);
}

TEST_CASE("a lower limit is kept without a request")
{
    Small small{"allkeys-lru"};
    small.fill(0, 20);
    small.limit(5);
    small.client.server().tick();
    CHECK(small.count(0, 20) == 5);
}

TEST_CASE("a large value that goes is freed before another goes")
{
    Small small{"volatile-ttl"};
    Client& client = small.client;
    client("EVAL", "for i = 1, 20000 do redis.call('SADD', 'large', i .. 'x') end", "0");
    client("EXPIRE", "large", "10");
    client("SET", "other", "x", "EX", "1000");
    client.server().evictor.memory_in_use = [&keys = client.server().databases[0]] {
        return keys.size() * 100 + (keys.has_more_to_free() ? 10'000 : 0);
    };
    client("CONFIG", "SET", "maxmemory", "150");
    client("PING");
    CHECK(client("EXISTS", "large", "other") == ":1\r\n");
    CHECK_FALSE(client.server().databases[0].has_more_to_free());
}

TEST_CASE("what an open order needs is never evicted")
{
    Small small{"allkeys-random"};
    Client& client = small.client;
    client("GEOADD", "drivers", "13.40", "52.52", "driver:D1", "13.41", "52.52", "driver:D2");
    client("SADD", "available", "driver:D1", "driver:D2");
    REQUIRE(client("ASSIGN", "drivers", "available", "order:1", "FROMLONLAT", "13.40", "52.52",
                   "BYRADIUS", "5", "km")
                .starts_with("*"));
    REQUIRE(client("EXISTS", "agent:D1:lock") == ":1\r\n");
    client("SET", "agent:D2:lock", "order:2", "NX", "EX", "30");  // a stock client's
    small.fill(0, 100);
    small.limit(1);
    // The record, the lock, the drivers and the last token; the set of drivers that wait for no
    // offer is as good as any key.
    CHECK(client("SET", "k", "x") == kOutOfMemory);
    CHECK(small.count(0, 100) == 0);
    CHECK(client("EXISTS", "order:1", "agent:D1:lock", "drivers", "drivers:token",
                 "agent:D2:lock") == ":5\r\n");
    CHECK(client("EXISTS", "available") == ":0\r\n");

    client("ASSIGN.COMPLETE", "order:1");
    client("PING");
    CHECK(client("EXISTS", "order:1") == ":0\r\n");
    CHECK(client("EXISTS", "drivers", "drivers:token") == ":2\r\n");
}

TEST_CASE("the gauge follows what the server takes and gives")
{
    const server::MemoryGauge gauge;
    if (gauge.bytes() == 0) return;  // a sanitizer's allocator does not tell
    constexpr std::size_t kBytes = 1 << 20;
    const std::size_t before = gauge.bytes();
    auto block = std::make_unique<std::string>(kBytes, 'x');
    CHECK(gauge.bytes() >= before + kBytes);
    block.reset();
    CHECK(gauge.bytes() < before + kBytes);
}

TEST_CASE("the log says when a new limit is lower than what is in use")
{
    Small server{"noeviction"};
    std::vector<std::string> log;
    server.client.server().write_log = [&](server::LogLevel, std::string_view line) {
        log.emplace_back(line);
    };
    server.fill(0, 10);
    server.limit(20);
    CHECK(log.empty());
    server.limit(5);
    CHECK(log == std::vector<std::string>{
                     "WARNING: the new maxmemory value set via CONFIG SET (500) is smaller than "
                     "the current memory usage (1000). This will result in key eviction and/or the "
                     "inability to accept new write commands depending on the maxmemory-policy."});
    server.limit(5);
    server.client("CONFIG", "SET", "maxmemory-samples", "7");
    server.limit(0);
    CHECK(log.size() == 1);
}

TEST_CASE("LATENCY tells of slow evictions: of each key, and of a run")
{
    Small server{"allkeys-random"};
    server.client.server().stopwatch = [] {
        static std::chrono::nanoseconds time{};
        return time += 2ms;
    };
    server.client("CONFIG", "SET", "latency-monitor-threshold", "1");
    server.fill(0, 3);
    server.limit(2);
    server.client("PING");
    server.client("SET", "another", "x");
    const std::string events = server.client("LATENCY", "LATEST");
    CHECK(events.find("eviction-del") != events.npos);
    CHECK(events.find("eviction-cycle") != events.npos);
}
