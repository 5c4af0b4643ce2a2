#include "server/eviction/candidates.h"

#include <catch2/catch.hpp>
#include <string>

using server::Candidates;

TEST_CASE("the best candidates are kept, and come out the best first")
{
    Candidates candidates;
    for (std::uint64_t i = 0; i < 100; ++i) candidates.consider(i * 37 % 100, 0, std::to_string(i));
    for (std::uint64_t score = 99; score > 99 - Candidates::kMax; --score) {
        const auto best = candidates.take_best();
        REQUIRE(best);
        CHECK(best->score == score);
    }
    CHECK_FALSE(candidates.take_best());
}

TEST_CASE("a key is a candidate once, with its last score")
{
    Candidates candidates;
    candidates.consider(5, 0, "a");
    candidates.consider(7, 1, "a");
    candidates.consider(9, 0, "a");
    CHECK(candidates.take_best()->score == 9);
    CHECK(candidates.take_best()->database == 1);
    CHECK_FALSE(candidates.take_best());
    candidates.consider(1, 0, "a");
    candidates.clear();
    CHECK_FALSE(candidates.take_best());
}
