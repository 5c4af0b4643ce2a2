#include "server/execution/recent_commands.h"

#include <catch2/catch.hpp>
#include <string>

#include "server/catalogue/command.h"

using server::Command;
using server::RecentCommands;

TEST_CASE("a command is found by the very bytes that named it, and by no others")
{
    const Command get{.name = "GET"};
    const Command set{.name = "SET"};
    RecentCommands recent;
    CHECK(recent.find("GET") == nullptr);
    recent.remember("GET", get);
    recent.remember("SET", set);
    for (int round = 0; round < 2; ++round) {
        CHECK(recent.find("GET") == &get);
        CHECK(recent.find("GET") == &get);
        CHECK(recent.find("SET") == &set);
        for (const char* const other : {"", "get", "GE", "GETX", "SEX", "a name that is too long"})
            CHECK(recent.find(other) == nullptr);
    }
}

TEST_CASE("a name that is driven out is not found under the place that it had")
{
    const Command get{.name = "GET"};
    const Command other{.name = "G?T"};
    RecentCommands recent;
    recent.remember("GET", get);
    REQUIRE(recent.find("GET") == &get);
    // Somewhere among these is one with the same place.
    for (int first = 0; first < 256; ++first) {
        const std::string name{static_cast<char>(first), 'E', 'T'};
        recent.remember(name, other);
        CHECK(recent.find(name) == &other);
    }
    CHECK(recent.find("GET") != &get);
}
