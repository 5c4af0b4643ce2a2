#include "store/geo/polygon.h"

#include <catch2/catch.hpp>
#include <vector>

#include "store/random.h"

using store::Place;
using store::Polygon;
using store::Random;

namespace {

double between(Random& random, double min, double max)
{
    constexpr std::uint64_t kParts = 1'000'000'000;
    return min + (max - min) * static_cast<double>(random.below(kParts)) / kParts;
}

}  // namespace

TEST_CASE("a place is in a polygon if it is between its lines")
{
    const Polygon arrow{{{0, 0}, {10, 0}, {10, 10}, {5, 2}, {0, 10}}};
    CHECK(arrow.contains({5, 1}));
    CHECK(arrow.contains({1, 5}));
    CHECK(arrow.contains({9, 5}));
    CHECK_FALSE(arrow.contains({5, 5}));
    CHECK_FALSE(arrow.contains({-1, 5}));
    CHECK_FALSE(arrow.contains({5, 11}));
    CHECK_FALSE(Polygon{{{0, 0}, {10, 10}}}.contains({5, 5}));
}

TEST_CASE("the circle around a polygon holds whatever the polygon does")
{
    Random random{9};
    for (int i = 0; i < 300; ++i) {
        const double size = between(random, 0.001, 80);
        const Place middle{between(random, -180 + size, 180 - size),
                           between(random, -85 + size, 85 - size)};
        const auto near_middle = [&] {
            return Place{middle.longitude + between(random, -size, size),
                         middle.latitude + between(random, -size, size)};
        };
        std::vector<Place> vertices;
        for (std::uint64_t left = 3 + random.below(5); left > 0; --left)
            vertices.push_back(near_middle());
        const Polygon polygon{vertices};
        const store::Circle circle = polygon.surrounding_circle();
        CHECK(store::is_valid(circle.center));
        for (int tries = 0; tries < 50; ++tries) {
            const Place place = near_middle();
            if (!polygon.contains(place)) continue;
            CHECK(store::distance_m(circle.center, place) <= circle.radius_m);
        }
    }
}
