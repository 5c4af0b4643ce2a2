#include "store/structures/int_set.h"

#include <catch2/catch.hpp>
#include <limits>
#include <set>
#include <vector>

#include "store/random.h"

using store::IntSet;
using store::Random;

namespace {

struct OwnedIntSet : IntSet
{
    ~OwnedIntSet() { free(); }

    std::vector<std::int64_t> values() const
    {
        std::vector<std::int64_t> all;
        for (std::size_t i = 0; i < count(); ++i) all.push_back(at(i));
        return all;
    }
};

}  // namespace

TEST_CASE("an int set lists integers of all widths in ascending order")
{
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    OwnedIntSet set;
    CHECK_FALSE(set.contains(0));
    CHECK_FALSE(set.erase(0));
    for (const std::int64_t value : {std::int64_t{7}, std::int64_t{-3}, std::int64_t{40000}, kMin,
                                     std::int64_t{-70000}, kMax}) {
        CHECK(set.add(value));
        CHECK_FALSE(set.add(value));
    }
    CHECK(set.values() == std::vector<std::int64_t>{kMin, -70000, -3, 7, 40000, kMax});
    CHECK(set.erase(kMax));
    CHECK_FALSE(set.contains(kMax));
}

TEST_CASE("small integers take two bytes each")
{
    OwnedIntSet set;
    for (int i = 0; i < 512; ++i) set.add(i);
    CHECK(set.memory_bytes() <= 1280);  // the size class of 8 + 512 * 2
}

TEST_CASE("an int set agrees with std::set")
{
    OwnedIntSet set;
    std::set<std::int64_t> reference;
    Random random{3};
    for (int step = 0; step < 20000; ++step) {
        const unsigned shift = step < 5000 ? 56 : static_cast<unsigned>(random.below(64));
        const auto value = static_cast<std::int64_t>(random.next()) >> shift;
        if (random.below(3) != 0 && reference.size() < 600) {
            REQUIRE(set.add(value) == reference.insert(value).second);
        } else {
            const std::int64_t victim = reference.empty() || random.below(4) == 0
                                            ? value
                                            : set.at(random.below(set.count()));
            REQUIRE(set.erase(victim) == (reference.erase(victim) == 1));
        }
        REQUIRE(set.count() == reference.size());
        REQUIRE(set.contains(value) == (reference.count(value) == 1));
        if (step % 100 == 0) {
            REQUIRE(set.values() == std::vector<std::int64_t>(reference.begin(), reference.end()));
        }
    }
}
