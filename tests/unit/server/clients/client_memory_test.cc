#include "server/clients/client_memory.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/client.h"

using tests::Client;

namespace {

/// A connection that holds as many bytes of unread replies as the test says, and gives them back.
struct Reader : server::Peer
{
    void flush() override {}
    void resume() override {}
    void kill() override {}
    void evict() override { unread = 0; }
    void put_aside() override {}
    void append_shared(std::shared_ptr<const std::string>) override {}
    std::string remote_address() const override { return "10.0.0.7:40001"; }
    std::string local_address() const override { return "10.0.0.1:6379"; }
    int descriptor() const override { return 8; }
    std::size_t query_bytes() const override { return 0; }
    std::size_t query_room() const override { return 0; }
    std::size_t reply_bytes() const override { return unread; }
    std::size_t reply_room() const override { return unread; }
    std::size_t reply_blocks() const override { return 1; }

    std::size_t unread = 0;
};

/// A client with such a connection.
struct ReadingClient
{
    explicit ReadingClient(const Client& server) : client(server)
    {
        client.session().peer = &reader;
    }

    void hold(std::size_t bytes)
    {
        reader.unread = bytes;
        client.server().client_memory.update(client.session());
    }
    bool evicted() { return client.session().evicted; }

    Client client;
    Reader reader;
};

constexpr std::size_t kMegabyte = 1024 * 1024;

std::size_t limit_of(std::string text, std::uint64_t max_memory)
{
    server::Options options;
    options.max_memory_clients = std::move(text);
    options.max_memory = max_memory;
    return server::max_client_bytes(options);
}

}  // namespace

TEST_CASE("what all clients may cost is bytes, or a part of maxmemory")
{
    CHECK(limit_of("0", 0) == server::kNoClientLimit);
    CHECK(limit_of("5000000", 0) == 5'000'000);
    CHECK(limit_of("5%", 100'000'000) == 5'000'000);
    CHECK(limit_of("5%", 0) == server::kNoClientLimit);
    CHECK(limit_of("1", 0) == 128 * 1024);  // less would lock out every client
    CHECK(limit_of("1%", 100'000) == 128 * 1024);
}

TEST_CASE("without a limit no client is evicted")
{
    Client client;
    ReadingClient large{client};
    large.hold(1000 * kMegabyte);
    client.server().evict_clients();
    CHECK_FALSE(large.evicted());
}

TEST_CASE("over the limit, the largest clients go, and no more of them than need be")
{
    Client admin;
    CHECK(admin("CONFIG", "SET", "maxmemory-clients", "10mb") == "+OK\r\n");
    ReadingClient small{admin};
    ReadingClient middle{admin};
    ReadingClient large{admin};
    large.hold(5 * kMegabyte);
    middle.hold(2 * kMegabyte);
    small.hold(kMegabyte);
    admin.server().evict_clients();
    CHECK_FALSE(large.evicted());

    middle.hold(5 * kMegabyte);
    small.hold(100);
    admin.server().evict_clients();
    CHECK(large.evicted());  // as large as the other, and that for longer
    CHECK_FALSE(middle.evicted());
    CHECK_FALSE(small.evicted());
    CHECK(admin("INFO", "stats").find("\r\nevicted_clients:1\r\n") != std::string::npos);
    CHECK(admin.server().client_memory.bytes() < 6 * kMegabyte);
}

TEST_CASE("a client that may not be evicted still counts, and others go for it")
{
    Client admin;
    admin("CONFIG", "SET", "maxmemory-clients", "10mb");
    std::vector<std::string> log;
    admin.server().write_log = [&](server::LogLevel, std::string_view line) {
        log.emplace_back(line);
    };
    ReadingClient kept{admin};
    kept.client("CLIENT", "NO-EVICT", "ON");
    kept.client("CLIENT", "SETNAME", "kept");
    kept.hold(11 * kMegabyte);
    ReadingClient other{admin};
    other.client("CLIENT", "SETNAME", "other");
    other.hold(kMegabyte);
    admin.server().evict_clients();
    CHECK_FALSE(kept.evicted());
    CHECK(other.evicted());
    REQUIRE(log.size() == 2);
    CHECK(log[0].starts_with("Evicting client: id=3 addr=10.0.0.7:40001 "));
    CHECK(log[0].find(" name=other ") != std::string::npos);
    CHECK(log[0].find(" omem=1048064 ") != std::string::npos);  // when it still had it
    CHECK(log[1] == "Over client maxmemory after evicting all evictable clients");

    admin.server().evict_clients();
    CHECK(log.size() == 2);  // it was said

    kept.client("CLIENT", "NO-EVICT", "OFF");
    kept.hold(11 * kMegabyte);
    admin.server().evict_clients();
    CHECK(kept.evicted());
}

TEST_CASE("a limit counts what the clients held before it was set")
{
    Client admin;
    ReadingClient large{admin};
    large.hold(8 * kMegabyte);
    ReadingClient late{admin};
    late.reader.unread = 8 * kMegabyte;
    admin("CONFIG", "SET", "maxmemory-clients", "10%");
    admin.server().evict_clients();
    CHECK_FALSE(large.evicted());  // a part of nothing is no limit
    admin("CONFIG", "SET", "maxmemory", "100mb");
    admin.server().evict_clients();
    CHECK(large.evicted());
    CHECK_FALSE(late.evicted());
}

TEST_CASE("a request that waits costs its client what its words cost")
{
    Client client;
    const std::string key(100'000, 'k');
    const std::size_t before = server::client_bytes(client.session());
    client("BLPOP", key, "0");
    CHECK(server::client_bytes(client.session()) > before + 3 * key.size());
    Client other{client};
    other("RPUSH", key, "element");
    client.take_output();
    CHECK(client.session().waiting_bytes == 0);
}
