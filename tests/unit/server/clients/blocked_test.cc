#include "server/clients/blocked.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "tests/support/blocking_command.h"
#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

namespace {

/// A server with TEST.TAKE, and the first of its clients.
Client first_client() { return Client{server::Options{}, tests::blocking_command()}; }

std::string taken(std::string_view key, std::string_view member)
{
    return fmt::format("*2\r\n${}\r\n{}\r\n${}\r\n{}\r\n", key.size(), key, member.size(), member);
}

}  // namespace

TEST_CASE("who finds something does not wait")
{
    Client anna = first_client();
    anna("SADD", "b", "x");
    CHECK(anna("TEST.TAKE", "a", "b", "0") == taken("b", "x"));
    CHECK_FALSE(anna.session().blocked);
}

TEST_CASE("a client waits for a key and is woken after the command that made it")
{
    Client anna = first_client();
    Client ben{anna};
    CHECK(anna("TEST.TAKE", "a", "b", "0") == "");
    CHECK(anna.session().blocked);
    CHECK(ben("SADD", "c", "x") == ":1\r\n");
    CHECK(anna.session().blocked);
    CHECK(ben("SADD", "b", "x") == ":1\r\n");
    CHECK(anna.take_output() == taken("b", "x"));
    CHECK_FALSE(anna.session().blocked);
    CHECK(ben("EXISTS", "b") == ":0\r\n");
}

TEST_CASE("a client is woken on time when its time is over, and not earlier")
{
    Client anna = first_client();
    CHECK(anna("TEST.TAKE", "a", "1.5") == "");
    anna.clock.advance(1500ms - 1us);
    anna.server().tick();
    CHECK(anna.take_output() == "");
    anna.clock.advance(1us);
    anna.server().tick();
    CHECK(anna.take_output() == "*-1\r\n");
    CHECK(anna.server().agenda.size() == 0);
}

TEST_CASE("CLIENT UNBLOCK ends the wait, as if the time were over or with an error")
{
    Client anna = first_client();
    Client ben{anna};
    CHECK(ben("CLIENT", "UNBLOCK", "1") == ":0\r\n");
    anna("TEST.TAKE", "a", "10");
    CHECK(ben("CLIENT", "UNBLOCK", "1") == ":1\r\n");
    CHECK(anna.take_output() == "*-1\r\n");
    anna("TEST.TAKE", "a", "10");
    CHECK(ben("CLIENT", "UNBLOCK", "1", "ERROR") == ":1\r\n");
    CHECK(anna.take_output() == "-UNBLOCKED client unblocked via CLIENT UNBLOCK\r\n");
    CHECK(ben("CLIENT", "UNBLOCK", "1") == ":0\r\n");
    CHECK(anna.server().agenda.size() == 0);
}

TEST_CASE("a client that is gone takes nothing, and leaves nothing behind")
{
    Client anna = first_client();
    {
        Client ben{anna};
        ben("TEST.TAKE", "a", "10");
        CHECK(anna.server().blocked.size() == 1);
    }
    CHECK(anna.server().blocked.size() == 0);
    CHECK(anna.server().blocked.key_count() == 0);
    CHECK(anna.server().agenda.size() == 0);
    anna("SADD", "a", "x");
    CHECK(anna("SCARD", "a") == ":1\r\n");
}

TEST_CASE("who waits longest is served first")
{
    Client anna = first_client();
    Client ben{anna};
    Client cleo{anna};
    ben("TEST.TAKE", "a", "0");
    anna("TEST.TAKE", "a", "a", "0");
    cleo("SADD", "a", "x");
    CHECK(ben.take_output() == taken("a", "x"));
    CHECK(anna.take_output() == "");
    cleo("SADD", "a", "y");
    CHECK(anna.take_output() == taken("a", "y"));
}

TEST_CASE("of several keys, the one that was changed first in a transaction is taken")
{
    Client anna = first_client();
    Client ben{anna};
    anna("TEST.TAKE", "k1", "k2", "k3", "0");
    ben("MULTI");
    ben("SADD", "k3", "c");
    ben("SADD", "k1", "a");
    ben("EXEC");
    CHECK(anna.take_output() == taken("k3", "c"));
    CHECK(ben("EXISTS", "k1") == ":1\r\n");
}

TEST_CASE("a key of another type wakes nobody, nor does one that is gone again")
{
    Client anna = first_client();
    Client ben{anna};
    anna("TEST.TAKE", "a", "5");
    ben("SET", "a", "text");
    CHECK(anna.take_output() == "");
    ben("DEL", "a");
    ben("MULTI");
    ben("SADD", "a", "x");
    ben("DEL", "a");
    ben("EXEC");
    CHECK(anna.take_output() == "");
    ben("SET", "a", "text");
    anna.clock.advance(5s);
    ben("PING");
    CHECK(anna.take_output() == "*-1\r\n");
}

TEST_CASE("a key that is renamed to what somebody waits for wakes them")
{
    Client anna = first_client();
    Client ben{anna};
    ben("SADD", "other", "x");
    anna("TEST.TAKE", "a", "0");
    ben("RENAME", "other", "a");
    CHECK(anna.take_output() == taken("a", "x"));
}

TEST_CASE("SWAPDB wakes who waits for a key that the other database has")
{
    Client anna = first_client();
    Client ben{anna};
    anna("TEST.TAKE", "a", "0");
    ben("SELECT", "1");
    ben("SADD", "a", "x");
    CHECK(ben("SWAPDB", "0", "1") == "+OK\r\n");
    CHECK(anna.take_output() == taken("a", "x"));
}

TEST_CASE("inside MULTI nothing waits")
{
    Client anna = first_client();
    anna("MULTI");
    anna("TEST.TAKE", "a", "0");
    CHECK(anna("EXEC") == "*1\r\n*-1\r\n");
    CHECK_FALSE(anna.session().blocked);
}

TEST_CASE("a wrong type is refused at once, and a bad timeout before anything else")
{
    Client anna = first_client();
    anna("SET", "text", "x");
    CHECK(anna("TEST.TAKE", "text", "0").starts_with("-WRONGTYPE"));
    CHECK(anna("TEST.TAKE", "a", "-1") == "-ERR timeout is negative\r\n");
    CHECK(anna("TEST.TAKE", "a", "soon") == "-ERR timeout is not a float or out of range\r\n");
    CHECK(anna("TEST.TAKE", "a", "1e300") == "-ERR timeout is out of range\r\n");
    CHECK(anna("TEST.TAKE", "a", "1e400") == "-ERR timeout is out of range\r\n");
    CHECK_FALSE(anna.session().blocked);
}

TEST_CASE("WAIT waits its time for replicas that never come")
{
    Client anna = first_client();
    CHECK(anna("WAIT", "0", "0") == ":0\r\n");
    CHECK(anna("WAIT", "1", "100") == "");
    anna.clock.advance(100ms);
    anna.server().tick();
    CHECK(anna.take_output() == ":0\r\n");
}

TEST_CASE("WAITAOF waits its time for replicas, too")
{
    Client anna = first_client();
    CHECK(anna("WAITAOF", "0", "0", "0") == "*2\r\n:0\r\n:0\r\n");
    CHECK(anna("WAITAOF", "0", "1", "100") == "");
    anna.clock.advance(100ms);
    anna.server().tick();
    CHECK(anna.take_output() == "*2\r\n:0\r\n:0\r\n");
}
