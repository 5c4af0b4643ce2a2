#include "server/clients/watches.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/support/client.h"

using tests::Client;

namespace {

std::vector<std::string> watch_of(int keys)
{
    std::vector<std::string> request{"WATCH"};
    for (int i = 0; i < keys; ++i) request.push_back("key:" + std::to_string(i));
    return request;
}

}  // namespace

TEST_CASE("many watches end at once, and what they cost is given back bit by bit")
{
    Client client;
    Client other{client};
    server::Watches& watches = client.server().watches;
    REQUIRE(client.run(watch_of(5000)) == "+OK\r\n");
    REQUIRE(watches.watched_keys() == 5000);

    client("UNWATCH");
    CHECK(watches.watching_sessions() == 0);
    CHECK(watches.watched_keys() == 5000);
    CHECK(client.session().watched_bytes == 0);

    // A key of them that changes now is of no interest, also to a new watch of the same session.
    client("WATCH", "another");
    other("SET", "key:7", "value");
    client("MULTI");
    CHECK(client("EXEC") == "*0\r\n");

    int ticks = 1;
    for (; client.server().tick(); ++ticks)
        ;
    CHECK(watches.watched_keys() == 0);
    CHECK(ticks >= 10);
}

TEST_CASE("a key can be watched again while an ended watch of it is still there")
{
    Client client;
    Client other{client};
    client.run(watch_of(5000));
    client("UNWATCH");
    client("WATCH", "key:7");
    while (client.server().tick())
        ;
    CHECK(client.server().watches.watched_keys() == 1);
    other("SET", "key:7", "value");
    client("MULTI");
    CHECK(client("EXEC") == "*-1\r\n");
}

TEST_CASE("ended watches do not pile up, however fast they come")
{
    Client client;
    const auto request = watch_of(2000);
    for (int i = 0; i < 20; ++i) {
        client.run(request);
        client("UNWATCH");
    }
    CHECK(client.server().watches.watched_keys() <= 2000);
}

TEST_CASE("watches that ended with their session mark no one")
{
    Client other;
    {
        Client client{other};
        client.run(watch_of(5000));
    }
    other("SET", "key:7", "value");
    other("FLUSHALL");
    while (other.server().tick())
        ;
    CHECK(other.server().watches.watched_keys() == 0);
}
