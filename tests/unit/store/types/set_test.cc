#include "store/types/set.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

using store::Random;
using store::Set;
using Encoding = store::Set::Encoding;

namespace {

std::vector<std::string> members_of(const Set& set)
{
    std::vector<std::string> all;
    set.for_each([&](std::string_view member) { all.emplace_back(member); });
    return all;
}

std::set<std::string> scan_all(const Set& set)
{
    std::set<std::string> seen;
    std::uint64_t cursor = 0;
    do {
        cursor = set.scan(cursor, [&](std::string_view member) { seen.emplace(member); });
    } while (cursor != 0);
    return seen;
}

}  // namespace

TEST_CASE("a set is eight bytes, and an empty one needs no more")
{
    CHECK(sizeof(Set) == 8);
    const Set set;
    CHECK(set.empty());
    CHECK_FALSE(set.contains("anna"));
    CHECK(set.memory_bytes() == 0);
    CHECK(members_of(set).empty());
}

TEST_CASE("integers are listed in numeric order, other members in order of insertion")
{
    Set set;
    for (const auto* member : {"30", "-7", "1000000", "2"}) CHECK(set.add(member));
    CHECK_FALSE(set.add("2"));
    CHECK(set.encoding() == Encoding::IntSet);
    CHECK(members_of(set) == std::vector<std::string>{"-7", "2", "30", "1000000"});
    CHECK(set.add("anna"));
    CHECK(set.encoding() == Encoding::Packed);
    CHECK(set.add("1"));
    CHECK(members_of(set) == std::vector<std::string>{"-7", "2", "30", "1000000", "anna", "1"});
    CHECK(set.contains("1000000"));
    CHECK(set.erase("30"));
    CHECK_FALSE(set.erase("30"));
    CHECK(members_of(set) == std::vector<std::string>{"-7", "2", "1000000", "anna", "1"});
}

TEST_CASE("only Redis's one spelling of an integer is an integer")
{
    for (const auto* text : {"007", "+1", "-0", " 1", "1 ", "", "9223372036854775808", "1.0"}) {
        Set set;
        CHECK(set.add("1"));
        CHECK_FALSE(set.contains(text));
        CHECK_FALSE(set.erase(text));
        CHECK(set.add(text));
        CHECK(set.encoding() == Encoding::Packed);
        CHECK(set.contains(text));
        CHECK(set.size() == 2);
    }
    Set set;
    CHECK(set.add("-9223372036854775808"));
    CHECK(set.encoding() == Encoding::IntSet);
    CHECK(members_of(set) == std::vector<std::string>{"-9223372036854775808"});
}

TEST_CASE("a set becomes a table where Redis 7.2 makes it one, and stays one")
{
    Set set;
    SECTION("513 integers")
    {
        for (int i = 0; i < 512; ++i) set.add(std::to_string(i));
        CHECK(set.encoding() == Encoding::IntSet);
        set.add("512");
    }
    SECTION("128 integers and a name")
    {
        for (int i = 0; i < 128; ++i) set.add(std::to_string(i));
        set.add("anna");
    }
    SECTION("129 names")
    {
        for (int i = 0; i < 128; ++i) set.add("driver:" + std::to_string(i));
        CHECK_FALSE(set.add("driver:0"));
        CHECK(set.encoding() == Encoding::Packed);
        set.add("anna");
    }
    SECTION("a name of 65 bytes")
    {
        set.add(std::string(64, 'x'));
        CHECK(set.encoding() == Encoding::Packed);
        set.add(std::string(65, 'x'));
    }
    SECTION("integers and a name of 65 bytes")
    {
        set.add("1");
        set.add(std::string(65, 'x'));
    }
    CHECK(set.encoding() == Encoding::Table);
    for (const auto& member : members_of(set)) CHECK(set.erase(member));
    CHECK(set.empty());
    CHECK(set.encoding() == Encoding::Table);
}

TEST_CASE("many members announced at once make a table, as SADD with many arguments does")
{
    const auto expecting = [](const std::vector<std::string>& before, std::string_view first,
                              std::size_t count) {
        Set set;
        for (const auto& member : before) set.add(member);
        set.expect(first, count);
        CHECK(set.size() == before.size());
        return set.encoding();
    };
    CHECK(expecting({}, "anna", 128) != Encoding::Table);
    CHECK(expecting({}, "anna", 129) == Encoding::Table);
    CHECK(expecting({}, "1", 512) == Encoding::IntSet);
    CHECK(expecting({}, "1", 513) == Encoding::Table);
    CHECK(expecting({"anna"}, "1", 128) == Encoding::Packed);
    CHECK(expecting({"anna"}, "1", 129) == Encoding::Table);
    CHECK(expecting({"1"}, "anna", 512) == Encoding::IntSet);
    CHECK(expecting({"1"}, "anna", 513) == Encoding::Table);
}

TEST_CASE("members of any size and any bytes")
{
    Set set;
    std::set<std::string> reference;
    for (const std::size_t size : {0U, 1U, 64U, 65U, 253U, 254U, 255U, 256U, 70000U}) {
        for (const char filler : {'\0', 'x', '\xff'}) {
            CHECK(set.add(std::string(size, filler)) ==
                  reference.insert(std::string(size, filler)).second);
        }
    }
    CHECK(scan_all(set) == reference);
    for (const auto& member : reference) CHECK(set.contains(member, store::hash_bytes(member)));
}

TEST_CASE("a clone is independent and of the same form")
{
    for (const int count : {0, 5, 100, 300}) {
        Set set;
        const std::string prefix = count == 100 ? "driver:" : "";
        for (int i = 0; i < count; ++i) set.add(prefix + std::to_string(i));
        if (count == 300) set.add("anna");
        const Set copy = set.clone();
        const auto members = members_of(set);
        CHECK(copy.encoding() == set.encoding());
        for (const auto& member : members) set.erase(member);
        CHECK(copy.size() == members.size());
        for (const auto& member : members) CHECK(copy.contains(member));
    }
}

TEST_CASE("a set agrees with std::set in all its forms")
{
    for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
        Random random{seed};
        Set set;
        std::set<std::string> reference;
        const bool integers = seed % 2 == 0;
        const std::uint64_t range = seed < 5 ? 100 : 2000;
        for (int step = 0; step < 10000; ++step) {
            auto member = std::to_string(random.below(range));
            if (!integers && random.below(4) == 0) member.insert(0, "driver:");
            if (random.below(5) < 3) {
                REQUIRE(set.add(member) == reference.insert(member).second);
            } else {
                REQUIRE(set.erase(member) == (reference.erase(member) == 1));
            }
            REQUIRE(set.size() == reference.size());
            if (!reference.empty())
                set.random(random, [&](std::string_view drawn) {
                    REQUIRE(reference.count(std::string{drawn}) == 1);
                });
            if (step % 500 != 0) continue;
            const auto members = members_of(set);
            REQUIRE(std::set<std::string>(members.begin(), members.end()) == reference);
            REQUIRE(scan_all(set) == reference);
        }
        while (!set.empty()) {
            set.take_random(random, [&](std::string_view drawn) {
                REQUIRE(reference.erase(std::string{drawn}) == 1);
            });
        }
        CHECK(reference.empty());
    }
}

TEST_CASE("a copy of a large set is as small, though its members come in the order of their hashes")
{
    Set set;
    for (int i = 0; i < 100'000; ++i) set.add("member:" + std::to_string(i));
    const Set copy = set.clone();
    CHECK(copy.memory_bytes() < set.memory_bytes() * 21 / 20);
    CHECK(copy.size() == set.size());
}
