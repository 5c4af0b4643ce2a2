#include <catch2/catch.hpp>
#include <string>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using tests::Client;

TEST_CASE("the toy's type is a type as any other")
{
    Client client;
    CHECK(client("STACK.PUSH", "pile", "a", "b") == ":2\r\n");
    CHECK(client("TYPE", "pile") == "+stack\r\n");
    CHECK(client("OBJECT", "ENCODING", "pile") == "$4\r\npile\r\n");
    CHECK(client("SCAN", "0", "TYPE", "Stack") == "*2\r\n$1\r\n0\r\n*1\r\n$4\r\npile\r\n");
    CHECK(client("GET", "pile").starts_with("-WRONGTYPE"));
    CHECK(client("STACK.POP", "pile") == "$1\r\nb\r\n");
    CHECK(client("COPY", "pile", "heap") == ":1\r\n");
    CHECK(client("STACK.POP", "pile") == "$1\r\na\r\n");
    CHECK(client("EXISTS", "pile") == ":0\r\n");
    CHECK(client("MEMORY", "USAGE", "heap").starts_with(":"));
}

TEST_CASE("the toy's values are dumped and restored")
{
    Client client;
    client("STACK.PUSH", "pile", "a", "b");
    const std::string reply = client("DUMP", "pile");
    const auto begin = reply.find("\r\n") + 2;
    const std::string dump = reply.substr(begin, reply.size() - begin - 2);
    CHECK(client("RESTORE", "heap", "0", dump) == "+OK\r\n");
    CHECK(client("STACK.POP", "heap") == "$1\r\nb\r\n");
    CHECK(client("STACK.POP", "heap") == "$1\r\na\r\n");
}

TEST_CASE("the toy's changes are told under its letter")
{
    Client client{{.notify_keyspace_events = "Kt"}};
    Client listener{client};
    listener("SUBSCRIBE", "__keyspace@0__:pile");
    client("STACK.PUSH", "pile", "a");
    CHECK(listener.take_output().ends_with("$9\r\nstackpush\r\n"));
}

TEST_CASE("a large stack is freed bit by bit")
{
    Client client;
    for (int i = 0; i < 2000; ++i) client("STACK.PUSH", "pile", "element");
    CHECK(client("DEL", "pile") == ":1\r\n");
    while (client.server().tick()) {
    }
}

TEST_CASE("a client waits for the top of a stack")
{
    Client anna;
    Client ben{anna};
    CHECK(anna("STACK.BPOP", "pile", "0") == "");
    CHECK(anna.session().blocked);
    CHECK(ben("STACK.PUSH", "pile", "a", "b") == ":2\r\n");
    CHECK(anna.take_output() == "$1\r\nb\r\n");

    CHECK(anna("STACK.BPOP", "other", "1") == "");
    anna.clock.advance(1s);
    anna.server().tick();
    CHECK(anna.take_output() == "$-1\r\n");
}
