#include "server/execution/prefetcher.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using tests::Client;

TEST_CASE("fetching ahead changes nothing, whatever lies at the keys")
{
    Client client;
    client("SET", "string", "longer than seven bytes");
    client("SET", "short", "1");
    client("SET", "ended", "soon", "PX", "1");
    client("SADD", "small set", "anna", "ben");
    client("SADD", "integers", "1", "2");
    client("HSET", "small hash", "name", "Rohit");
    for (int i = 0; i < 1000; ++i) {
        const std::string member = "driver:" + std::to_string(i);
        client("SADD", "set", member);
        client("ZADD", "sorted set", "1", member);
        client("HSET", "hash", member, "x");
    }
    client.clock.advance(std::chrono::milliseconds{1});

    std::string input;
    for (const std::string key : {"string", "short", "ended", "small set", "integers", "small hash",
                                  "set", "sorted set", "hash", "missing"}) {
        for (const std::string member : {"driver:7", "nobody"}) {
            input += "*3\r\n$4\r\nWORD\r\n$" + std::to_string(key.size()) + "\r\n" + key + "\r\n$" +
                     std::to_string(member.size()) + "\r\n" + member + "\r\n";
        }
    }
    auto& keys = client.server().databases[0];
    const auto size = keys.size();
    const auto hits = keys.hits();
    const auto misses = keys.misses();
    const auto changes = client.server().stats.changes;
    server::Prefetcher prefetcher;
    protocol::RequestBatch batch;
    for (std::string_view rest = input; !rest.empty();) {
        batch.cut(rest);
        REQUIRE_FALSE(batch.empty());
        prefetcher.look_at(keys, batch);
        for (; !batch.empty(); batch.pop()) rest.remove_prefix(batch.front_size());
    }
    CHECK(keys.size() == size);
    CHECK(keys.hits() == hits);
    CHECK(keys.misses() == misses);
    CHECK(client.server().stats.changes == changes);
}
