#include "server/catalogue/keys.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

using namespace server;

namespace {

Command with_keys(decltype(Command::keys) keys)
{
    return {.name = "TEST",
            .summary = "",
            .since = "",
            .complexity = "",
            .group = Group::Generic,
            .keys = keys};
}

/// The keys of a request that is given as one line, joined by spaces; "?" if it makes no sense.
std::string keys_of(const Command& command, const std::string& line)
{
    std::istringstream words{line};
    std::vector<std::string> request;
    for (std::string word; words >> word;) request.push_back(word);
    const auto found =
        find_keys(command, std::vector<std::string_view>{request.begin(), request.end()});
    if (!found) return "?";
    std::string keys;
    for (const auto& key : *found) keys += (keys.empty() ? "" : " ") + std::string{key.key};
    return keys;
}

}  // namespace

TEST_CASE("a command without keys has the range 0 0 0")
{
    const auto command = with_keys({});
    CHECK(key_range(command) == KeyRange{0, 0, 0});
    CHECK_FALSE(has_movable_keys(command));
    CHECK(keys_of(command, "TEST a b") == "");
}

TEST_CASE("one range is taken as it is")
{
    const auto all = with_keys({keys_from(1, "RO")});
    CHECK(key_range(all) == KeyRange{1, -1, 1});
    CHECK(keys_of(all, "TEST a b c") == "a b c");

    const auto pairs = with_keys({KeySpec{.begin = KeySpec::Begin::Index,
                                          .position = 1,
                                          .last = -1,
                                          .step = 2,
                                          .flags = "OW UPDATE"}});
    CHECK(key_range(pairs) == KeyRange{1, -1, 2});
    CHECK(keys_of(pairs, "TEST a 1 b 2") == "a b");
}

TEST_CASE("neighbouring keys are joined to one range")
{
    const auto command = with_keys({key_at(1, "RO"), key_at(2, "OW")});
    CHECK(key_range(command) == KeyRange{1, 2, 1});
    CHECK_FALSE(has_movable_keys(command));
    CHECK(keys_of(command, "TEST a b") == "a b");
}

TEST_CASE("keys after a keyword or a count can be anywhere")
{
    const auto store = with_keys({key_at(1, "RO"), key_after("STORE", 3, "OW")});
    CHECK(key_range(store) == KeyRange{1, 1, 1});
    CHECK(has_movable_keys(store));
    CHECK(keys_of(store, "TEST a 1 store b") == "a b");
    CHECK(keys_of(store, "TEST a 1 desc") == "a");
    CHECK(keys_of(store, "TEST a STORE b") == "a");
    CHECK(keys_of(store, "TEST a 1 STORE") == "a");

    const auto counted = with_keys({key_at(1, "OW"), counted_keys_at(2, "RO")});
    CHECK(has_movable_keys(counted));
    CHECK(keys_of(counted, "TEST to 2 a b AGGREGATE max") == "to a b");
    CHECK(keys_of(counted, "TEST to 3 a b") == "?");
    CHECK(keys_of(counted, "TEST to 0 a b") == "?");
    CHECK(keys_of(counted, "TEST to x a b") == "?");
    CHECK(keys_of(counted, "TEST to 9223372036854775807 a") == "?");

    const auto required = with_keys({key_at(1, "RO"), counted_keys_after("REQUIRE", 2, "RO")});
    CHECK(keys_of(required, "TEST city REQUIRE 2 a b") == "city a b");
    CHECK(keys_of(required, "TEST city") == "city");
    CHECK(keys_of(required, "TEST city REQUIRE 2 a") == "?");
}

TEST_CASE("a keyword can be looked for from the end")
{
    const auto command = with_keys({key_after("KEYS", -2, "RO")});
    CHECK(keys_of(command, "TEST x y KEYS a") == "a");
    CHECK(keys_of(command, "TEST x KEYS a b") == "a");
    CHECK(keys_of(command, "TEST x y z") == "");
}

TEST_CASE("too few arguments for a key make no sense")
{
    CHECK(keys_of(with_keys({key_at(2, "RO")}), "TEST a") == "?");
}

TEST_CASE("what is not a key is not found")
{
    const auto command = with_keys({key_at(1, "RO NOT_KEY"), key_at(2, "RO")});
    CHECK(keys_of(command, "TEST a b") == "b");
}

TEST_CASE("a key's flags are printed in Redis's order and case")
{
    CHECK(key_flag_names("UPDATE RW ACCESS") ==
          std::vector<std::string_view>{"RW", "access", "update"});
    CHECK(key_flag_names("").empty());
}
