#include <catch2/catch.hpp>

#include "tests/support/client.h"

using tests::Client;

TEST_CASE("a push of three hands over the last one of them")
{
    Client anna{server::Options{}};
    Client ben{anna};
    CHECK(anna("BLPOP", "q", "0") == "");
    CHECK(ben("LPUSH", "q", "1", "2", "3") == ":3\r\n");
    CHECK(anna.take_output() == "*2\r\n$1\r\nq\r\n$1\r\n3\r\n");
    CHECK(ben("LLEN", "q") == ":2\r\n");
}

TEST_CASE("BLMOVE chains: what one client moves wakes the next")
{
    Client anna{server::Options{}};
    Client ben{anna};
    Client carl{anna};
    CHECK(anna("BLMOVE", "a", "b", "LEFT", "RIGHT", "0") == "");
    CHECK(ben("BLMOVE", "b", "c", "LEFT", "RIGHT", "0") == "");
    CHECK(carl("RPUSH", "a", "x") == ":1\r\n");
    CHECK(anna.take_output() == "$1\r\nx\r\n");
    CHECK(ben.take_output() == "$1\r\nx\r\n");
    CHECK(carl("LLEN", "c") == ":1\r\n");
}

TEST_CASE("inside MULTI no list command waits")
{
    Client anna{server::Options{}};
    anna("MULTI");
    anna("BLPOP", "q", "0");
    anna("BLMOVE", "q", "r", "LEFT", "LEFT", "0");
    CHECK(anna("EXEC") == "*2\r\n*-1\r\n$-1\r\n");
}

TEST_CASE("a client that waits is not disturbed by another type; a rename onto its key serves it")
{
    Client anna{server::Options{}};
    Client ben{anna};
    CHECK(anna("BRPOP", "q", "0") == "");
    ben("SADD", "q", "x");
    CHECK(anna.take_output() == "");
    ben("DEL", "q");
    ben("RPUSH", "other", "x");
    ben("RENAME", "other", "q");
    CHECK(anna.take_output() == "*2\r\n$1\r\nq\r\n$1\r\nx\r\n");
}

TEST_CASE("BZPOPMIN waits for a sorted set")
{
    Client anna{server::Options{}};
    Client ben{anna};
    CHECK(anna("BZPOPMIN", "q", "0") == "");
    ben("ZADD", "q", "2", "b", "1", "a");
    CHECK(anna.take_output() == "*3\r\n$1\r\nq\r\n$1\r\na\r\n$1\r\n1\r\n");
}
