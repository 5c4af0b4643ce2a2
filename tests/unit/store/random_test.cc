#include "store/random.h"

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <random>

using store::Random;

TEST_CASE("Numbers come as they do from the standard's engine")
{
    Random random{17};
    std::mt19937_64 engine{17};
    for (int i = 0; i < 100; ++i) CHECK(random.next() == engine());
    for (int i = 0; i < 100; ++i) {
        CHECK(random.below(1000) == std::uniform_int_distribution<std::uint64_t>{0, 999}(engine));
    }
}

TEST_CASE("Numbers are known before they come")
{
    Random random{17};
    Random same{17};
    for (std::size_t consumed = 0; consumed < 2 * Random::kAhead; ++consumed) {
        Random others = same;
        for (std::size_t ahead = 0; ahead < Random::kAhead; ++ahead) {
            CHECK(random.peek(ahead) == others.next());
        }
        random.next();
        same.next();
    }
}
