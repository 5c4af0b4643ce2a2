#include "store/types/set_sampling.h"

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

using store::Random;
using store::Set;
using Encoding = store::Set::Encoding;

namespace {

Set set_of(int size, const std::string& prefix)
{
    Set set;
    for (int i = 0; i < size; ++i) set.add(prefix + std::to_string(i));
    return set;
}

/// Pearson's statistic for counts that should all be equal. Of n counts its mean is n - 1 and its
/// standard deviation sqrt(2n - 2).
double chi_squared(const std::map<std::string, int>& hits, double expected)
{
    double sum = 0;
    for (const auto& [member, count] : hits)
        sum += (count - expected) * (count - expected) / expected;
    return sum;
}

}  // namespace

TEST_CASE("a sample is of different members, each with the same chance")
{
    struct Case
    {
        const char* prefix;
        int size, count;
    };
    for (const auto& [prefix, size, count] :
         {Case{"", 100, 7}, Case{"m", 100, 7}, Case{"m", 400, 20}, Case{"m", 400, 300}}) {
        const Set set = set_of(size, prefix);
        Random random{99};
        std::map<std::string, int> hits;
        constexpr int kRounds = 3000;
        for (int round = 0; round < kRounds; ++round) {
            std::set<std::string> drawn;
            store::sample(set, static_cast<std::size_t>(count), random,
                          [&](std::string_view member) {
                              REQUIRE(drawn.emplace(member).second);
                              ++hits[std::string{member}];
                          });
            REQUIRE(drawn.size() == static_cast<std::size_t>(count));
        }
        REQUIRE(hits.size() == static_cast<std::size_t>(size));
        CHECK(chi_squared(hits, 1.0 * kRounds * count / size) < size + 5 * std::sqrt(2.0 * size));
    }
}

TEST_CASE("one member by chance has the same chance as any other, in all forms")
{
    for (const auto& [prefix, size] :
         {std::pair{"", 60}, std::pair{"m", 60}, std::pair{"m", 1000}}) {
        const Set set = set_of(size, prefix);
        Random random{3};
        std::map<std::string, int> hits;
        for (int i = 0; i < size * 100; ++i)
            set.random(random, [&](std::string_view member) { ++hits[std::string{member}]; });
        REQUIRE(hits.size() == static_cast<std::size_t>(size));
        CHECK(chi_squared(hits, 100) < size + 5 * std::sqrt(2.0 * size));
    }
}

TEST_CASE("what is left of a large set after most was taken may be compact again")
{
    Random random{5};
    Set set = set_of(1000, "m");
    REQUIRE(set.encoding() == Encoding::Table);
    std::set<std::string> taken;
    store::take_all_but(set, 100, random, {},
                        [&](std::string_view member) { taken.emplace(member); });
    CHECK(taken.size() == 900);
    CHECK(set.size() == 100);
    CHECK(set.encoding() == Encoding::Packed);
    set.for_each(
        [&](std::string_view member) { CHECK_FALSE(taken.contains(std::string{member})); });

    Set integers = set_of(100, "");
    store::take_all_but(integers, 0, random, {}, [](std::string_view) {});
    CHECK(integers.empty());
}
