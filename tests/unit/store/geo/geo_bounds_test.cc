#include "store/geo/geo_bounds.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "store/random.h"

namespace {

using namespace store;

double between(Random& random, double low, double high)
{
    return low + (high - low) * static_cast<double>(random.next() >> 11) * 0x1p-53;
}

Place any_place(Random& random)
{
    const std::uint64_t kind = random.below(8);
    if (kind == 0) return {kLongitudeMax, kLatitudeMax};
    if (kind == 1) return {kLongitudeMin, between(random, kLatitudeMin, kLatitudeMax)};
    return {between(random, kLongitudeMin, kLongitudeMax),
            between(random, kLatitudeMin, kLatitudeMax)};
}

/// A cell of the block, often in its corner.
std::uint64_t any_cell(Random& random, CellBlock block)
{
    const std::uint64_t kind = random.below(4);
    if (kind == 0) return block.first;
    if (kind == 1) return block.end() - 1;
    return block.first + random.below(block.end() - block.first);
}

/// A center anywhere: far away, near the block, opposite of it.
Place any_center(Random& random, Place place)
{
    const std::uint64_t kind = random.below(4);
    if (kind == 0) return any_place(random);
    if (kind == 1)
        return {place.longitude > 0 ? place.longitude - 180 : place.longitude + 180,
                -place.latitude};
    const double width = std::pow(10.0, between(random, -7, 1));
    return {
        std::clamp(place.longitude + between(random, -width, width), kLongitudeMin, kLongitudeMax),
        std::clamp(place.latitude + between(random, -width, width), kLatitudeMin, kLatitudeMax)};
}

CellBlock any_block(Random& random)
{
    return CellBlock::around(cell_of(any_place(random)),
                             static_cast<unsigned>(random.below(CellBlock::kWorldLevel)));
}

}  // namespace

TEST_CASE("a block contains its children, and their cells, and its places")
{
    Random random{3};
    for (int i = 0; i < 2000; ++i) {
        const CellBlock block = any_block(random);
        const std::uint64_t cell = any_cell(random, block);
        const Place place = place_of(cell);
        const PlaceRange range = block.places();
        REQUIRE(CellBlock::around(cell, block.level) == block);
        REQUIRE(range.west <= place.longitude);
        REQUIRE(place.longitude <= range.east);
        REQUIRE(range.south <= place.latitude);
        REQUIRE(place.latitude <= range.north);
        REQUIRE(block.parent().level == block.level + 1);
        if (block.level == 0) continue;
        CHECK(block.child(0).first == block.first);
        CHECK(block.child(3).end() == block.end());
        CHECK(block.child(2).parent() == block);
    }
}

TEST_CASE("the smallest block around two cells holds both, and no child of it does")
{
    Random random{5};
    for (int i = 0; i < 2000; ++i) {
        const CellBlock somewhere = any_block(random);
        const std::uint64_t a = any_cell(random, somewhere), b = any_cell(random, somewhere);
        const CellBlock block = CellBlock::around_both(a, b);
        REQUIRE(CellBlock::around(a, block.level) == block);
        REQUIRE(CellBlock::around(b, block.level) == block);
        if (a == b) {
            CHECK(block.level == 0);
        } else {
            CHECK(CellBlock::around(a, block.level - 1) != CellBlock::around(b, block.level - 1));
        }
    }
    CHECK(CellBlock::around_both(0, kCellEnd - 1) == CellBlock::world());
}

TEST_CASE("no place of a block is nearer than its least distance")
{
    Random random{7};
    for (int i = 0; i < 100'000; ++i) {
        const CellBlock block = any_block(random);
        const Place place = place_of(any_cell(random, block));
        const Place center = any_center(random, place);
        const ShapeBounds bounds{Circle{center, 0}};
        const double least = bounds.least_distance_m(block.places());
        if (least > distance_m(center, place)) FAIL("a bound is too high: seed 7, step " << i);
    }
    SUCCEED();
}

TEST_CASE("the least distance of a small block is close to the true one")
{
    const Place center{77.5946, 12.9716};
    const CellBlock block = CellBlock::around(cell_of({77.6346, 12.9716}), 8);
    double nearest = 1e9;
    for (std::uint64_t cell = block.first; cell < block.end(); cell += 7) {
        nearest = std::min(nearest, distance_m(center, place_of(cell)));
    }
    const double least = ShapeBounds{Circle{center, 0}}.least_distance_m(block.places());
    CHECK(least <= nearest);
    CHECK(least > nearest - 10);
}

TEST_CASE("no place outside a block is nearer than the least distance outside")
{
    Random random{11};
    for (int i = 0; i < 100'000; ++i) {
        const Place center = any_place(random);
        const auto level = static_cast<unsigned>(random.below(CellBlock::kWorldLevel));
        const CellBlock block = CellBlock::around(cell_of(center), level);
        // A neighbour, often in the same row or column, beyond the antimeridian too.
        const double width = std::pow(10.0, between(random, -6, 2.6));
        Place place{center.longitude + between(random, -width, width),
                    std::clamp(center.latitude + between(random, -width, width) *
                                                     static_cast<double>(random.below(2)),
                               kLatitudeMin, kLatitudeMax)};
        place.longitude = std::remainder(place.longitude, 360);
        const std::uint64_t cell = cell_of(place);
        if (CellBlock::around(cell, level) == block) continue;
        const double least =
            ShapeBounds{Circle{center, 0}}.least_distance_outside_m(block.places());
        if (least > distance_m(center, place_of(cell))) {
            FAIL("a bound is too high: seed 11, step " << i);
        }
    }
    SUCCEED();
}

TEST_CASE("what overlaps a shape is never called outside, and what is inside is wholly inside")
{
    Random random{13};
    int outside = 0, inside = 0, near = 0;
    for (int i = 0; i < 100'000; ++i) {
        const CellBlock block = any_block(random);
        const std::uint64_t cell = any_cell(random, block);
        const Place place = place_of(cell);
        const Place center = any_center(random, place);
        const double size = std::pow(10.0, between(random, -1, 7.6));
        const double other_size = std::pow(10.0, between(random, -1, 7.6));
        const Shape shape = random.below(2) == 0 ? Shape{Circle{center, size}}
                                                 : Shape{Box{center, size, other_size}};
        const ShapeBounds bounds{shape};
        const bool is_inside = ShapeTest{shape}.distance_if_inside(place).has_value();

        const auto contradicts = [&](Overlap overlap) {
            outside += overlap == Overlap::Outside;
            inside += overlap == Overlap::Inside;
            return overlap == (is_inside ? Overlap::Outside : Overlap::Inside);
        };
        bool wrong = contradicts(bounds.overlap(block.places()));
        wrong |= is_inside && !bounds.least_distance_if_touched_m(block.places());
        wrong |= is_inside && distance_m(center, place) > bounds.limit_m();
        const GridPoint point = grid_point_of(cell);
        if (bounds.is_near(point)) {
            ++near;
            wrong |= contradicts(bounds.near_overlap(point));
            wrong |= bounds.least_near_distance_m(point) > distance_m(center, place);
        }
        if (wrong) FAIL("seed 13, step " << i);
    }
    CHECK(outside > 10'000);
    CHECK(inside > 10'000);
    CHECK(near > 10'000);
}

TEST_CASE("a distance without sines is as near as it says")
{
    Random random{17};
    for (int i = 0; i < 100'000; ++i) {
        const Place center = any_place(random);
        const double width = std::pow(10.0, between(random, -6, 0.69));
        const Place place{
            std::clamp(center.longitude + between(random, -width, width), -180.0, 180.0),
            std::clamp(center.latitude + between(random, -width, width), -85.05, 85.05)};
        const std::uint64_t cell = cell_of(place);
        const ShapeBounds bounds{Circle{center, 0}};
        if (!bounds.is_near(grid_point_of(cell))) continue;
        const double near_distance = bounds.near_distance_m(grid_point_of(cell));
        const double distance = distance_m(center, place_of(cell));
        const double allowed = distance * ShapeBounds::kNearRoundingRatio + ShapeBounds::kRoundingM;
        // Ten times better than promised.
        if (std::fabs(near_distance - distance) > allowed / 10) FAIL("seed 17, step " << i);
    }
    SUCCEED();
}
