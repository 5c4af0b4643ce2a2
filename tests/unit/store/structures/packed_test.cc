#include "store/structures/packed.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "store/random.h"

using store::Packed;
using store::Random;

namespace {

/// A handle that frees its block.
struct OwnedPacked : Packed
{
    ~OwnedPacked() { free(); }

    std::vector<std::string> texts() const
    {
        std::vector<std::string> all;
        for (const auto text : *this) all.emplace_back(text);
        return all;
    }
};

}  // namespace

TEST_CASE("packed texts keep their order")
{
    OwnedPacked packed;
    CHECK(packed.empty());
    CHECK(packed.find("anna") == packed.end());
    for (const auto* name : {"ravi", "anna", "", "zoe"}) packed.append({name});
    CHECK(packed.texts() == std::vector<std::string>{"ravi", "anna", "", "zoe"});
    CHECK(packed.count() == 4);
    CHECK(*packed.nth(3) == "zoe");
    packed.replace(packed.find("anna"), "annabelle");
    packed.erase(packed.find("ravi"));
    CHECK(packed.texts() == std::vector<std::string>{"annabelle", "", "zoe"});
}

TEST_CASE("a search by stride looks at fields, not at values")
{
    OwnedPacked packed;
    for (const auto* text : {"name", "rating", "rating", "4.8"}) packed.append({text});
    CHECK(*packed.find("rating", 2).next() == "4.8");
    CHECK(packed.find("4.8", 2) == packed.end());
}

TEST_CASE("a driver's profile takes one block of 64 bytes")
{
    OwnedPacked packed;
    for (const auto* text :
         {"name", "Rohit Sharma", "rating", "4.8", "vehicle", "Bike KA01HX2847"}) {
        packed.append({text});
    }
    CHECK(packed.memory_bytes() == 64);
}

TEST_CASE("packed texts agree with a vector of strings")
{
    OwnedPacked packed;
    std::vector<std::string> strings;
    Random random{11};
    const auto some_text = [&] {
        const std::size_t length = random.below(100) == 0 ? random.below(70'000) : random.below(65);
        return std::string(length, static_cast<char>('a' + random.below(26)));
    };
    for (int step = 0; step < 20000; ++step) {
        const auto text = some_text();
        const std::uint64_t choice = random.below(10);
        if (strings.size() < 1026 && (choice < 6 || strings.empty())) {
            packed.append({text});
            strings.push_back(text);
        } else if (choice < 8) {
            const std::size_t at = random.below(strings.size());
            packed.replace(packed.nth(at), text);
            strings[at] = text;
        } else {
            const std::size_t at = random.below(strings.size());
            const bool two = at + 1 < strings.size() && choice == 9;
            packed.erase(packed.nth(at), two ? 2 : 1);
            const auto first = strings.begin() + static_cast<std::ptrdiff_t>(at);
            strings.erase(first, first + (two ? 2 : 1));
        }
        REQUIRE(packed.count() == strings.size());
        if (step % 100 == 0) REQUIRE(packed.texts() == strings);
    }
    const Packed copy = packed.clone();
    while (!packed.empty()) packed.erase(packed.begin());
    OwnedPacked owned;
    static_cast<Packed&>(owned) = copy;
    CHECK(owned.texts() == strings);
}
