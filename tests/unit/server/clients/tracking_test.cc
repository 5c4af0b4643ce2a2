#include "server/clients/tracking.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// Anna keeps what she has read, ben changes it.
struct Caching
{
    Client anna;
    Client ben{anna};

    template <class... Words>
    explicit Caching(const Words&... options)
    {
        anna("HELLO", "3");
        REQUIRE(anna("CLIENT", "TRACKING", "ON", options...) == "+OK\r\n");
    }

    /// What anna is told until the next tick.
    std::string told()
    {
        anna.server().tick();
        return anna.take_output();
    }
    const server::Tracking& tracking() { return *anna.server().tracking; }
};

template <class... Keys>
std::string invalidate(const Keys&... keys)
{
    std::string text = fmt::format(">2\r\n$10\r\ninvalidate\r\n*{}\r\n", sizeof...(keys));
    for (const std::string_view key : {std::string_view{keys}...})
        text += fmt::format("${}\r\n{}\r\n", key.size(), key);
    return text;
}

const std::string kAll = ">2\r\n$10\r\ninvalidate\r\n_\r\n";

}  // namespace

TEST_CASE("a client is told once that a key which it read was changed")
{
    Caching caching;
    caching.anna("MGET", "a", "b");
    caching.ben("SET", "c", "1");
    CHECK(caching.told() == "");
    caching.ben("SET", "a", "1");
    CHECK(caching.told() == invalidate("a"));
    caching.ben("SET", "a", "2");
    CHECK(caching.told() == "");
    CHECK(caching.tracking().keys() == 1);
    CHECK(caching.anna("SET", "b", "1") == "+OK\r\n" + invalidate("b"));
    CHECK(caching.tracking().items() == 0);
}

TEST_CASE("a key that expires, that is renamed and that goes with all others is told")
{
    Caching caching;
    caching.ben("SET", "a", "1", "PX", "10");
    caching.anna("GET", "a");
    caching.anna.clock.advance(10ms);
    CHECK(caching.told() == invalidate("a"));
    caching.ben("SET", "b", "1");
    caching.anna("MGET", "b", "c");
    caching.ben("RENAME", "b", "c");
    CHECK(caching.told() == invalidate("b") + invalidate("c"));
    caching.anna("GET", "c");
    caching.ben("FLUSHALL");
    CHECK(caching.told() == kAll);
    CHECK(caching.tracking().keys() == 0);
    CHECK(caching.anna("FLUSHDB") == "+OK\r\n" + kAll);
}

TEST_CASE("what a transaction or a script reads counts for its client; messages follow the reply")
{
    Caching caching;
    caching.anna("MULTI");
    caching.anna("GET", "a");
    caching.anna("SET", "a", "1");
    CHECK(caching.anna("EXEC") == "*2\r\n_\r\n+OK\r\n" + invalidate("a"));
    caching.anna("EVAL", "return redis.call('get', KEYS[1])", "2", "b", "c");
    caching.ben("MSET", "b", "1", "c", "1");
    CHECK(caching.told() == invalidate("b"));
}

TEST_CASE("NOLOOP: not its own changes")
{
    Caching caching{"NOLOOP"};
    caching.anna("GET", "a");
    CHECK(caching.anna("SET", "a", "1") == "+OK\r\n");
    CHECK(caching.told() == "");
    caching.anna("GET", "a");
    caching.ben("SET", "a", "1");
    CHECK(caching.told() == invalidate("a"));
}

TEST_CASE("OPTIN and OPTOUT: CACHING holds for a command or a transaction")
{
    Caching in{"OPTIN"};
    in.anna("GET", "a");
    in.anna("CLIENT", "CACHING", "YES");
    in.anna("GET", "b");
    in.anna("GET", "c");
    in.anna("CLIENT", "CACHING", "YES");
    in.anna("MULTI");
    in.anna("GET", "d");
    in.anna("EXEC");
    in.ben("MSET", "a", "1", "b", "1", "c", "1", "d", "1");
    CHECK(in.told() == invalidate("b") + invalidate("d"));

    Caching out{"OPTOUT"};
    out.anna("CLIENT", "CACHING", "NO");
    out.anna("GET", "a");
    out.anna("GET", "b");
    out.ben("MSET", "a", "1", "b", "1");
    CHECK(out.told() == invalidate("b"));
}

TEST_CASE("BCAST: all changes to keys with a prefix, together")
{
    Caching caching{"BCAST", "PREFIX", "user:", "PREFIX", "order:"};
    caching.ben("MSET", "user:2", "1", "other", "1", "user:1", "1", "order:1", "1", "user:1", "2");
    CHECK(caching.told() == invalidate("order:1") + invalidate("user:1", "user:2"));
    CHECK(caching.tracking().prefixes() == 2);
    caching.ben("FLUSHALL");
    CHECK(caching.told() == kAll);
    caching.anna("CLIENT", "TRACKING", "OFF");
    caching.ben("SET", "user:1", "1");
    CHECK(caching.told() == "");
    CHECK(caching.tracking().prefixes() == 0);

    Caching own{"BCAST", "NOLOOP"};
    own.anna("SET", "a", "1");
    own.ben("SET", "b", "1");
    CHECK(own.told() == invalidate("b"));
}

TEST_CASE("REDIRECT: to a subscriber in RESP2; if that is gone, the client hears of it")
{
    Client anna;
    Client ben{anna};
    {
        Client cleo{anna};
        cleo("SUBSCRIBE", "__redis__:invalidate");
        anna("CLIENT", "TRACKING", "ON", "REDIRECT", std::to_string(cleo.session().id));
        anna("GET", "a");
        ben("SET", "a", "1");
        CHECK(cleo.take_output() ==
              "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*1\r\n$1\r\na\r\n");
        ben("FLUSHDB");
        CHECK(cleo.take_output() ==
              "*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n");
        anna("HELLO", "3");
        anna("GET", "a");
    }
    ben("SET", "a", "1");
    CHECK(anna.take_output() == ">2\r\n$21\r\ntracking-redir-broken\r\n:3\r\n");
    CHECK(anna("CLIENT", "TRACKINGINFO").find("broken_redirect") != std::string::npos);
}

TEST_CASE("more keys than tracking-table-max-keys are not remembered")
{
    Caching caching;
    caching.ben("CONFIG", "SET", "tracking-table-max-keys", "100");
    for (int i = 0; i < 1000; ++i) caching.anna("GET", std::to_string(i));
    CHECK(caching.tracking().keys() == 100);
    CHECK(caching.tracking().items() == 100);
}

TEST_CASE("a client that is gone or that resets is told nothing and leaves nothing behind")
{
    Client ben;
    {
        Client anna{ben};
        anna("CLIENT", "TRACKING", "ON", "BCAST");
        CHECK(ben.server().tracking->clients() == 1);
    }
    CHECK(ben.server().tracking->clients() == 0);
    Client cleo{ben};
    cleo("CLIENT", "TRACKING", "ON");
    cleo("GET", "a");
    cleo("RESET");
    ben("SET", "a", "1");
    ben.server().tick();
    CHECK(cleo.take_output() == "");
    CHECK(ben.server().tracking->keys() == 0);
}
