#include "store/types/hash.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using store::Hash;
using store::Random;
using Encoding = store::Hash::Encoding;

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const Hash& hash)
{
    Pairs all;
    hash.for_each(
        [&](std::string_view field, std::string_view value) { all.emplace_back(field, value); });
    return all;
}

std::map<std::string, std::string> scan_all(const Hash& hash)
{
    std::map<std::string, std::string> seen;
    std::uint64_t cursor = 0;
    do {
        cursor = hash.scan(cursor, [&](std::string_view field, std::string_view value) {
            seen.emplace(field, value);
        });
    } while (cursor != 0);
    return seen;
}

std::string field_name(std::uint64_t number)
{
    std::string name = "f";
    return name += std::to_string(number);
}

}  // namespace

TEST_CASE("a driver's profile is read as it was written, in order")
{
    CHECK(sizeof(Hash) == 8);
    Hash profile;
    CHECK(profile.empty());
    CHECK_FALSE(profile.get("name"));
    CHECK(profile.set("name", "Rohit Sharma"));
    CHECK(profile.set("rating", "4.8"));
    CHECK(profile.set("vehicle", "Bike KA01HX2847"));
    CHECK_FALSE(profile.set("rating", "4.85"));
    CHECK(profile.get("rating") == "4.85");
    CHECK(profile.size() == 3);
    CHECK(pairs_of(profile) ==
          Pairs{{"name", "Rohit Sharma"}, {"rating", "4.85"}, {"vehicle", "Bike KA01HX2847"}});
    CHECK(profile.erase("name"));
    CHECK_FALSE(profile.erase("name"));
    CHECK(pairs_of(profile) == Pairs{{"rating", "4.85"}, {"vehicle", "Bike KA01HX2847"}});
}

TEST_CASE("a value that looks like a field is none")
{
    Hash hash;
    hash.set("a", "b");
    CHECK_FALSE(hash.contains("b"));
    CHECK_FALSE(hash.erase("b"));
    CHECK(hash.set("b", "a"));
    CHECK(pairs_of(hash) == Pairs{{"a", "b"}, {"b", "a"}});
}

TEST_CASE("a hash becomes a table where Redis makes it one, and stays one")
{
    Hash hash;
    SECTION("513 fields")
    {
        for (std::uint64_t i = 0; i < 512; ++i) hash.set(field_name(i), "v");
        hash.set("f0", "w");
        CHECK(hash.encoding() == Encoding::Packed);
        hash.set("f512", "v");
        CHECK(hash.size() == 513);
    }
    SECTION("a field of 65 bytes")
    {
        hash.set(std::string(64, 'f'), "v");
        CHECK(hash.encoding() == Encoding::Packed);
        hash.set(std::string(65, 'f'), "v");
    }
    SECTION("a value of 65 bytes")
    {
        hash.set("f", std::string(64, 'v'));
        CHECK(hash.encoding() == Encoding::Packed);
        hash.set("f", std::string(65, 'v'));
    }
    SECTION("513 fields announced at once")
    {
        hash.expect(512);
        CHECK(hash.encoding() == Encoding::Packed);
        hash.expect(513);
    }
    CHECK(hash.encoding() == Encoding::Table);
    for (const auto& [field, value] : pairs_of(hash)) CHECK(hash.erase(field));
    CHECK(hash.empty());
    CHECK(hash.encoding() == Encoding::Table);
}

TEST_CASE("a hash made of many fields at once is the one that is made field by field")
{
    const std::string longest(Hash::Limits{}.packed_bytes, 'x');
    for (const std::size_t count : {0, 1, 62, 63, 64, 512, 513}) {
        for (const std::string& value : {std::string{}, longest, longest + 'x'}) {
            std::vector<std::string> names;
            for (std::size_t i = 0; i < count; ++i) names.push_back(field_name(i));
            std::vector<Hash::Pair> pairs;
            Hash one_by_one;
            for (const auto& name : names) {
                pairs.push_back({name, value});
                one_by_one.set(name, value);
            }
            Hash made = Hash::of(pairs);
            CHECK(made.encoding() == one_by_one.encoding());
            CHECK(made.size() == count);
            CHECK(made.memory_bytes() == one_by_one.memory_bytes());
            CHECK(scan_all(made) == scan_all(one_by_one));
            if (made.encoding() == Encoding::Packed) CHECK(pairs_of(made) == pairs_of(one_by_one));
            CHECK(made.set("another", "1"));
            CHECK(made.erase("another"));
            CHECK(scan_all(made) == scan_all(one_by_one));
        }
    }
}

TEST_CASE("fields and values of any size and any bytes")
{
    Hash hash;
    std::map<std::string, std::string> reference;
    for (const std::size_t size : {0U, 1U, 64U, 65U, 254U, 255U, 70000U}) {
        const std::string field(size, '\0');
        const std::string value(size, '\xff');
        CHECK(hash.set(field, value));
        CHECK_FALSE(hash.set(field, field));
        CHECK_FALSE(hash.set(field, value));
        reference[field] = value;
    }
    CHECK(scan_all(hash) == reference);
}

TEST_CASE("a hash agrees with std::map in both its forms")
{
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        Random random{seed};
        Hash hash;
        std::map<std::string, std::string> reference;
        const std::uint64_t range = seed % 2 == 0 ? 100 : 2000;
        for (int step = 0; step < 10000; ++step) {
            const auto field = field_name(random.below(range));
            if (random.below(5) < 3) {
                const std::string value(random.below(30), 'v');
                REQUIRE(hash.set(field, value) == reference.insert_or_assign(field, value).second);
            } else {
                REQUIRE(hash.erase(field) == (reference.erase(field) == 1));
            }
            REQUIRE(hash.size() == reference.size());
            REQUIRE(hash.contains(field) == (reference.count(field) == 1));
            if (!reference.empty()) {
                const auto pair = hash.random(random);
                REQUIRE(reference.at(std::string{pair.field}) == pair.value);
            }
            if (step % 500 != 0) continue;
            const auto pairs = pairs_of(hash);
            REQUIRE(std::map<std::string, std::string>(pairs.begin(), pairs.end()) == reference);
            REQUIRE(scan_all(hash) == reference);
        }
        const Hash copy = hash.clone();
        CHECK(copy.encoding() == hash.encoding());
        for (const auto& [field, value] : reference) REQUIRE(hash.erase(field));
        CHECK(hash.empty());
        CHECK(scan_all(copy) == reference);
    }
}

TEST_CASE("fields are drawn with the same chance each, alone and in samples")
{
    for (const std::size_t size : {std::size_t{10}, std::size_t{1000}}) {
        Hash hash;
        for (std::size_t i = 0; i < size; ++i) hash.set(std::to_string(i), "value");
        store::Random random{7};
        std::map<std::string, int> drawn;
        constexpr int kRounds = 300;
        const auto rounds = static_cast<std::size_t>(kRounds);
        for (std::size_t i = 0; i < rounds * size; ++i)
            ++drawn[std::string{hash.random(random).field}];
        for (std::size_t i = 0; i < rounds; ++i) {
            hash.sample(size / 5, random, [&](std::string_view field, std::string_view) {
                drawn[std::string{field}] += 5;
            });
        }
        REQUIRE(drawn.size() == size);
        // 600 are expected of each; a standard deviation is about 40.
        for (const auto& [field, times] : drawn) {
            CHECK(times > 600 - 6 * 40);
            CHECK(times < 600 + 6 * 40);
        }
    }
}

TEST_CASE("a sample has no field twice")
{
    Hash hash;
    for (int i = 0; i < 1000; ++i) hash.set(std::to_string(i), "value");
    store::Random random{7};
    for (const std::size_t count : {1, 10, 500, 1000}) {
        std::set<std::string> fields;
        hash.sample(count, random,
                    [&](std::string_view field, std::string_view) { fields.emplace(field); });
        CHECK(fields.size() == count);
    }
}

TEST_CASE("the limits of the compact form are those that are handed in")
{
    Hash hash;
    hash.set("a", "1", {.packed = 2, .packed_bytes = 5});
    hash.set("b", "12345", {.packed = 2, .packed_bytes = 5});
    CHECK(hash.encoding() == Hash::Encoding::Packed);
    SECTION("a field too many") { hash.set("c", "1", {.packed = 2, .packed_bytes = 5}); }
    SECTION("a value too long") { hash.set("b", "123456", {.packed = 2, .packed_bytes = 5}); }
    CHECK(hash.encoding() == Hash::Encoding::Table);

    // What the block itself cannot hold becomes a table whatever the limits.
    Hash large;
    constexpr Hash::Limits kNone{.packed = 1000000, .packed_bytes = 1000000};
    for (int i = 0; i < 40; ++i) large.set(std::to_string(i), std::string(1'000'000, 'x'), kNone);
    CHECK(large.size() == 40);
    CHECK(large.encoding() == Hash::Encoding::Table);
}

TEST_CASE("a hash is packed as long as its limits say, however long its values are")
{
    const Hash::Limits limits{.packed = 20'000, .packed_bytes = 65'536};
    Hash hash;
    hash.set("document", std::string(65'536, 'x'), limits);
    CHECK(hash.encoding() == Hash::Encoding::Packed);
    for (int i = 0; i < 5'000; ++i) hash.set(std::to_string(i), std::string(50, 'y'), limits);
    CHECK(hash.encoding() == Hash::Encoding::Packed);
    CHECK(hash.get("document") == std::string(65'536, 'x'));
    CHECK(hash.get("4999") == std::string(50, 'y'));
    hash.set("document", std::string(65'537, 'x'), limits);
    CHECK(hash.encoding() == Hash::Encoding::Table);
    CHECK(hash.size() == 5'001);
}

TEST_CASE("a copy of a large hash is as small, though its fields come in the order of their hashes")
{
    Hash hash;
    for (int i = 0; i < 100'000; ++i) hash.set("field:" + std::to_string(i), "value");
    const Hash copy = hash.clone();
    CHECK(copy.memory_bytes() < hash.memory_bytes() * 21 / 20);
    CHECK(copy.size() == hash.size());
}
