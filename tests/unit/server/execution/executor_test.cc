#include "server/execution/executor.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

TEST_CASE("a command that is not known is quoted, its arguments too, each up to its first NUL")
{
    Client client;
    CHECK(client("FOO", "bar") ==
          "-ERR unknown command 'FOO', with args beginning with: 'bar' \r\n");
    CHECK(client("FOO", std::string_view{"a\0b", 3}) ==
          "-ERR unknown command 'FOO', with args beginning with: 'a' \r\n");
}

TEST_CASE("a request cannot put lines of its own into an error")
{
    Client client;
    CHECK(client("FOO\r\n+OK") ==
          "-ERR unknown command 'FOO  +OK', with args beginning with: \r\n");
}

TEST_CASE("the number of arguments is checked before anything else is looked at")
{
    Client client;
    CHECK(client("GET") == "-ERR wrong number of arguments for 'get' command\r\n");
    CHECK(client("get", "a", "b") == "-ERR wrong number of arguments for 'get' command\r\n");
    CHECK(client("CLIENT", "SETNAME") ==
          "-ERR wrong number of arguments for 'client|setname' command\r\n");
    CHECK(client("CLIENT") == "-ERR wrong number of arguments for 'client' command\r\n");
    CHECK(client("CLIENT", "FOO") == "-ERR unknown subcommand 'FOO'. Try CLIENT HELP.\r\n");
}

TEST_CASE("without the password nothing runs but what leads to it")
{
    server::Options options;
    options.require_pass = "secret";
    Client client{options};
    CHECK(client("GET", "key") == "-NOAUTH Authentication required.\r\n");
    CHECK(client("FOO").starts_with("-ERR unknown command"));
    CHECK(client("AUTH", "wrong").starts_with("-WRONGPASS"));
    CHECK(client("AUTH", "secret") == "+OK\r\n");
    CHECK(client("GET", "key") == "$-1\r\n");
}

TEST_CASE("a command that fails leaves nothing in the reply but its error")
{
    Client client;
    client("SADD", "set", "x");
    CHECK(client("SET", "set", "y", "GET") ==
          "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
    CHECK(client("SISMEMBER", "set", "x") == ":1\r\n");
}

TEST_CASE("a transaction runs as one, and one error in it does not stop the others")
{
    Client client;
    client("SET", "text", "x");
    CHECK(client("MULTI") == "+OK\r\n");
    CHECK(client("SADD", "set", "a") == "+QUEUED\r\n");
    CHECK(client("SADD", "text", "a") == "+QUEUED\r\n");
    CHECK(client("SCARD", "set") == "+QUEUED\r\n");
    CHECK(
        client("EXEC") ==
        "*3\r\n:1\r\n-WRONGTYPE Operation against a key holding the wrong kind of value\r\n:1\r\n");
}

TEST_CASE("a request that is refused while collecting spoils the transaction")
{
    Client client;
    client("MULTI");
    client("SADD", "set", "a");
    CHECK(client("SADD", "set").starts_with("-ERR wrong number"));
    CHECK(client("EXEC") == "-EXECABORT Transaction discarded because of previous errors.\r\n");
    CHECK(client("EXISTS", "set") == ":0\r\n");
}

TEST_CASE("EXEC that is refused itself ends the transaction")
{
    Client client;
    client("MULTI");
    client("SET", "key", "x");
    CHECK(client("EXEC", "now") ==
          "-EXECABORT Transaction discarded because of: wrong number of arguments for 'exec' "
          "command\r\n");
    CHECK(client("EXEC") == "-ERR EXEC without MULTI\r\n");
    CHECK(client("EXISTS", "key") == ":0\r\n");
}

TEST_CASE("EXEC is refused when there is no memory for what it would run")
{
    Client client;
    const auto exec = [&](const char* name) {
        client("MULTI");
        client(name, "key");
        client("GET", "key");
        client.server().over_memory_limit = true;
        const auto reply = client("EXEC");
        client.server().over_memory_limit = false;
        return reply;
    };
    CHECK(exec("DEL") == "*2\r\n:0\r\n$-1\r\n");
    CHECK(exec("INCR") ==
          "-EXECABORT Transaction discarded because of: OOM command not allowed when used memory > "
          "'maxmemory'.\r\n");
    CHECK(client("EXEC") == "-ERR EXEC without MULTI\r\n");
}

TEST_CASE("a watched key that somebody changes, or that ends, stops the transaction")
{
    Client client;
    Client other{client};
    client("SET", "key", "x", "EX", "30");
    CHECK(client("WATCH", "key") == "+OK\r\n");

    SECTION("changed by another client")
    {
        other("SET", "key", "y");
        client("MULTI");
        client("SET", "key", "z");
        CHECK(client("EXEC") == "*-1\r\n");
    }
    SECTION("ended by time")
    {
        client.clock.advance(30s);
        client.server().tick();
        client("MULTI");
        client("SET", "key", "z");
        CHECK(client("EXEC") == "*-1\r\n");
    }
    SECTION("left alone")
    {
        other("SET", "another", "y");
        client("MULTI");
        client("SET", "key", "z");
        CHECK(client("EXEC") == "*1\r\n+OK\r\n");
    }
    SECTION("forgotten")
    {
        other("DEL", "key");
        client("UNWATCH");
        client("MULTI");
        client("SET", "key", "z");
        CHECK(client("EXEC") == "*1\r\n+OK\r\n");
    }
}

TEST_CASE("FLUSHALL changes only watched keys that are there")
{
    Client client;
    Client other{client};
    client("WATCH", "missing");
    other("SET", "another", "x");
    other("FLUSHALL");
    client("MULTI");
    client("PING");
    CHECK(client("EXEC") == "*1\r\n+PONG\r\n");
}

TEST_CASE("replies can be switched off, and commands run all the same")
{
    Client client;
    CHECK(client("CLIENT", "REPLY", "OFF").empty());
    CHECK(client("SET", "key", "x").empty());
    CHECK(client("CLIENT", "REPLY", "ON") == "+OK\r\n");
    CHECK(client("GET", "key") == "$1\r\nx\r\n");
    CHECK(client("CLIENT", "REPLY", "SKIP").empty());
    CHECK(client("GET", "key").empty());
    CHECK(client("GET", "key") == "$1\r\nx\r\n");
}

TEST_CASE("replies are not switched off in the middle of EXEC's")
{
    Client client;
    for (const auto* mode : {"OFF", "SKIP", "ON"}) {
        client("MULTI");
        client("SET", "key", "x");
        CHECK(client("CLIENT", "REPLY", mode) ==
              "-ERR Command not allowed inside a transaction\r\n");
        CHECK(client("EXEC").starts_with("-EXECABORT"));
    }
    CHECK(client("EXISTS", "key") == ":0\r\n");

    client("MULTI");
    client("PING");
    client("SET", "key", "x");
    CHECK(client("EXEC") == "*2\r\n+PONG\r\n+OK\r\n");
    client("CLIENT", "REPLY", "OFF");
    client("MULTI");
    client("APPEND", "key", "y");
    CHECK(client("EXEC").empty());
    client("CLIENT", "REPLY", "ON");
    CHECK(client("GET", "key") == "$2\r\nxy\r\n");
}

TEST_CASE("messages come although replies are switched off")
{
    Client client;
    client("HELLO", "3");
    client("CLIENT", "REPLY", "OFF");
    CHECK(client("SUBSCRIBE", "news") == ">3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    const std::string message = ">3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$3\r\nhot\r\n";
    CHECK(client("PUBLISH", "news", "hot") == message);
    client("MULTI");
    client("PUBLISH", "news", "hot");
    client("SUBSCRIBE", "more");
    CHECK(client("EXEC") == message + ">3\r\n$9\r\nsubscribe\r\n$4\r\nmore\r\n:2\r\n");
    CHECK(client("PUNSUBSCRIBE") == ">3\r\n$12\r\npunsubscribe\r\n_\r\n:2\r\n");
    client("UNSUBSCRIBE");
    client("CLIENT", "REPLY", "ON");
    client("SUBSCRIBE", "news");
    client("CLIENT", "REPLY", "SKIP");
    CHECK(client("PUBLISH", "news", "hot") == message);
}

TEST_CASE("a message to oneself follows the reply, and is never cut into it")
{
    Client client;
    client("HELLO", "3");
    client("SUBSCRIBE", "news");
    client("MULTI");
    client("PUBLISH", "news", "hot");
    CHECK(client("EXEC") == "*1\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$3\r\nhot\r\n");
}

TEST_CASE("a RESP2 client with subscriptions may do little else")
{
    Client client;
    client("SUBSCRIBE", "news");
    CHECK(client("GET", "key") ==
          "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
          "are allowed in this context\r\n");
    CHECK(client("PING") == "*2\r\n$4\r\npong\r\n$0\r\n\r\n");
    CHECK(client("UNSUBSCRIBE") == "*3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:0\r\n");
    CHECK(client("GET", "key") == "$-1\r\n");
}

TEST_CASE("an offer that runs out is over before the next command sees it")
{
    Client client;
    client("GEOADD", "geo", "77.59", "12.98", "driver:D2");
    client("SADD", "available", "driver:D2");
    client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.5946", "12.9716", "BYRADIUS",
           "5", "km", "OFFER", "PX", "1000");
    CHECK(client("HGET", "order:1", "state") == "$7\r\noffered\r\n");
    client.clock.advance(999ms);
    CHECK(client("HGET", "order:1", "state") == "$7\r\noffered\r\n");
    client.clock.advance(1ms);
    CHECK(client("HGET", "order:1", "state") == "$10\r\nunassigned\r\n");
}

TEST_CASE("what is large is freed by the ticks, whatever erased it")
{
    Client client;
    using Request = std::vector<std::string>;
    for (const Request& erase :
         {Request{"DEL", "drivers"}, Request{"UNLINK", "drivers"}, Request{"FLUSHALL"}}) {
        Request add{"SADD", "drivers"};
        for (int i = 0; i < 20'000; ++i) add.push_back("driver:" + std::to_string(i));
        client.run(add);
        CHECK_FALSE(client.server().tick());
        client.run(erase);
        CHECK(client("EXISTS", "drivers") == ":0\r\n");
        int ticks = 1;
        while (client.server().tick()) ++ticks;
        CHECK(ticks > 10);
    }
}
