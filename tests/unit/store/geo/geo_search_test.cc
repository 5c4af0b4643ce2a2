#include "store/geo/geo_search.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "store/random.h"
#include "store/types/set.h"

namespace {

std::string numbered(const char* name, std::uint64_t number)
{
    return std::string{name}.append(std::to_string(number));
}

using namespace store;

/// Keeps the members of a set.
class KeepWanted : public MemberFilter
{
public:
    explicit KeepWanted(const Set& wanted) : wanted_(wanted) {}

    std::uint32_t keep(std::span<const HashedMember> members) override
    {
        std::uint32_t kept = 0;
        for (std::size_t i = 0; i < members.size(); ++i)
            if (wanted_.contains(members[i].member, members[i].hash)) kept |= 1u << i;
        return kept;
    }

private:
    const Set& wanted_;
};

double between(Random& random, double low, double high)
{
    return low + (high - low) * static_cast<double>(random.next() >> 11) * 0x1p-53;
}

Place clamp_to_map(Place place)
{
    if (place.longitude > kLongitudeMax) place.longitude -= 360;
    if (place.longitude < kLongitudeMin) place.longitude += 360;
    place.latitude = std::clamp(place.latitude, kLatitudeMin, kLatitudeMax);
    return place;
}

/// Where drivers are, in one kind of world.
using AnyPlace = std::function<Place(Random&)>;

AnyPlace within(double west, double east, double south, double north)
{
    return [=](Random& random) {
        return clamp_to_map({between(random, west, east), between(random, south, north)});
    };
}

/// Hot spots of very different widths, in a city; every fourth driver is elsewhere.
Place clustered(Random& random)
{
    const std::uint64_t spot = random.below(8);
    if (spot >= 6) return within(77.4, 77.8, 12.8, 13.2)(random);
    Random of_spot{spot};
    const Place center = within(77.4, 77.8, 12.8, 13.2)(of_spot);
    const double width = std::pow(10.0, -1.0 - static_cast<double>(spot));
    return clamp_to_map({center.longitude + between(random, -width, width),
                         center.latitude + between(random, -width, width)});
}

Place few_points(Random& random)
{
    const double step = static_cast<double>(random.below(5));
    return {77.5 + 0.001 * step, 12.9};
}

/// The ends of the map, its middle, and places a little beside them.
Place at_limits(Random& random)
{
    const double longitudes[] = {-180, -179.999997, 0, 90, 179.999997, 180};
    const double latitudes[] = {kLatitudeMin, -85.05112, 0, 45, 85.05112, kLatitudeMax};
    return {longitudes[random.below(6)], latitudes[random.below(6)]};
}

struct World
{
    const char* name;
    AnyPlace any_place;
    double least_size_m;  ///< of the shapes to search in
    double most_size_m;
};

const std::vector<World>& worlds()
{
    static const std::vector<World> all{
        {"uniform", within(-180, 180, -85.05, 85.05), 1e4, 2.1e7},
        {"city", within(77.4, 77.8, 12.8, 13.2), 10, 6e4},
        {"clustered", clustered, 0.1, 6e4},
        {"few points", few_points, 0.1, 1e3},
        {"north", within(-180, 180, 84.9, 85.06), 10, 2e6},
        {"south", within(-180, 180, -85.06, -84.9), 10, 2e6},
        {"near the north", within(20, 20.5, 85.0, 85.05), 1, 1e4},
        {"antimeridian", within(179.8, 180.2, -16.4, -16.0), 10, 6e4},
        {"antimeridian in the north", within(179, 181, 84.8, 85.06), 10, 6e4},
        {"limits", at_limits, 0.1, 2.1e7},
        {"equator and Greenwich", within(-0.01, 0.01, -0.01, 0.01), 0.1, 3e3},
    };
    return all;
}

SortedSet populate(Random& random, const AnyPlace& any_place, std::size_t size)
{
    SortedSet set;
    for (std::size_t i = 0; i < size; ++i) {
        set.put(numbered("driver:", i), static_cast<double>(cell_of(any_place(random))));
    }
    return set;
}

struct Row
{
    double distance;
    std::uint64_t cell;
    std::string member;

    auto operator<=>(const Row&) const = default;
};

/// Every member is asked.
std::vector<Row> in_shape(const SortedSet& set, const Shape& shape)
{
    const ShapeTest test{shape};
    std::vector<Row> rows;
    for (const SortedSet::Item item : set) {
        const std::uint64_t cell = cell_of_score(item.score);
        if (const auto distance = test.distance_if_inside(place_of(cell))) {
            rows.push_back({*distance, cell, std::string{item.member}});
        }
    }
    return rows;
}

std::vector<Row> nearest(const SortedSet& set, const Shape& shape)
{
    std::vector<Row> rows;
    NearestSearch search{set, shape};
    while (const auto found = search.next()) {
        REQUIRE(found->place == place_of(found->cell));
        rows.push_back({found->distance_m, found->cell, std::string{found->member}});
    }
    CHECK_FALSE(search.next());
    return rows;
}

std::vector<Row> all(const SortedSet& set, const Shape& shape, Measure measure)
{
    std::vector<Row> rows;
    search_all(set, shape, measure, [&](const Found& found) {
        rows.push_back({found.distance_m, found.cell, std::string{found.member}});
    });
    return rows;
}

/// Sizes from tiny to large, each order of magnitude alike, and some exactly 0.
double any_size(Random& random, const World& world)
{
    if (random.below(20) == 0) return 0;
    const double low = std::log(world.least_size_m), high = std::log(world.most_size_m);
    return std::exp(between(random, low, high));
}

Shape any_shape(Random& random, const World& world, const SortedSet& set)
{
    Place center = world.any_place(random);
    if (random.below(3) == 0) center = place_of(cell_of_score(set.random(random).score));
    if (random.below(2) == 0) return Box{center, any_size(random, world), any_size(random, world)};
    return Circle{center, any_size(random, world)};
}

std::string describe(const Shape& shape)
{
    const Place center = center_of(shape);
    std::string text =
        "center " + std::to_string(center.longitude) + ' ' + std::to_string(center.latitude);
    if (const auto* circle = std::get_if<Circle>(&shape)) {
        return text + " radius " + std::to_string(circle->radius_m);
    }
    const auto& box = std::get<Box>(shape);
    return text + " box " + std::to_string(box.width_m) + " x " + std::to_string(box.height_m);
}

/// Names the first difference: a list of thousands says nothing.
void require_equal(const std::vector<Row>& actual, const std::vector<Row>& expected)
{
    const auto [a, b] =
        std::mismatch(actual.begin(), actual.end(), expected.begin(), expected.end());
    const auto text = [](const Row& row) {
        return row.member + ", cell " + std::to_string(row.cell) + ", " +
               std::to_string(row.distance) + " m";
    };
    INFO("found " << (a == actual.end() ? "nothing" : text(*a)));
    INFO("expected " << (b == expected.end() ? "nothing" : text(*b)));
    REQUIRE(actual.size() == expected.size());
    REQUIRE(a == actual.end());
}

void compare_with_brute_force(const SortedSet& set, const Shape& shape)
{
    INFO(describe(shape));
    std::vector<Row> expected = in_shape(set, shape);
    require_equal(all(set, shape, Measure::Yes), expected);

    std::vector<Row> unmeasured = expected;
    for (Row& row : unmeasured) row.distance = 0;
    require_equal(all(set, shape, Measure::No), unmeasured);

    std::sort(expected.begin(), expected.end());
    require_equal(nearest(set, shape), expected);
}

}  // namespace

TEST_CASE("both searches agree with asking every driver, in every kind of world")
{
    for (const World& world : worlds()) {
        INFO(world.name);
        Random random{31};
        for (const std::size_t size : {1u, 7u, 60u, 3000u}) {
            const SortedSet set = populate(random, world.any_place, size);
            const int searches = size > 1000 ? 40 : 80;
            for (int i = 0; i < searches; ++i) {
                compare_with_brute_force(set, any_shape(random, world, set));
            }
        }
    }
}

TEST_CASE("a search of the whole world returns everybody")
{
    for (const World& world : worlds()) {
        Random random{37};
        const SortedSet set = populate(random, world.any_place, 500);
        const Place center = world.any_place(random);
        const double infinity = std::numeric_limits<double>::infinity();
        CHECK(nearest(set, Circle{center, 2.1e7}).size() == 500);
        CHECK(nearest(set, Circle{center, infinity}).size() == 500);
        CHECK(all(set, Box{center, 5e7, 5e7}, Measure::No).size() == 500);
        compare_with_brute_force(set, Box{center, infinity, infinity});
    }
}

TEST_CASE("a driver exactly on the border is found, one a hair beyond is not")
{
    Random random{41};
    const SortedSet set = populate(random, within(77.4, 77.8, 12.8, 13.2), 400);
    const Place center{77.6, 13.0};
    for (const Row& row : in_shape(set, Circle{center, 5e4})) {
        const auto on_border = nearest(set, Circle{center, row.distance});
        REQUIRE(on_border.back() == row);
        const double less = std::nextafter(row.distance, 0);
        const auto beyond = all(set, Circle{center, less}, Measure::Yes);
        REQUIRE(std::find(beyond.begin(), beyond.end(), row) == beyond.end());
    }
}

TEST_CASE("drivers at one point come in the order of their names")
{
    SortedSet set;
    const double score = static_cast<double>(cell_of({77.6, 13.0}));
    for (int i = 0; i < 5000; ++i) set.put(numbered("d", 10'000 + i), score);
    set.put("nearer", static_cast<double>(cell_of({77.6001, 13.0})));

    NearestSearch search{set, Circle{{77.6002, 13.0}, 5000}};
    CHECK(search.next()->member == "nearer");
    for (int i = 0; i < 5000; ++i) {
        const auto found = search.next();
        REQUIRE(found.has_value());
        REQUIRE(found->member == numbered("d", 10'000 + i));
    }
    CHECK_FALSE(search.next());
}

TEST_CASE("drivers at equal distance on opposite sides come in the order of their cells")
{
    SortedSet set;
    set.put("a, in the east", static_cast<double>(cell_of({0.001, 0.0005})));
    set.put("b, in the west", static_cast<double>(cell_of({-0.001, 0.0005})));
    const Place east = place_of(cell_of({0.001, 0.0005}));
    NearestSearch search{set, Circle{{0, east.latitude}, 5000}};
    const auto first = search.next(), second = search.next();
    REQUIRE(first->distance_m == second->distance_m);
    CHECK(first->member == "b, in the west");
    CHECK(second->member == "a, in the east");
}

TEST_CASE("a search can be ended early")
{
    Random random{43};
    const SortedSet set = populate(random, clustered, 1000);
    int seen = 0;
    search_all(set, Circle{{77.6, 13.0}, 1e6}, Measure::No, [&](const Found&) {
        ++seen;
        return seen < 10;
    });
    CHECK(seen == 10);
}

TEST_CASE("members who are not wanted may be left out, the others come as before")
{
    for (const World& world : worlds()) {
        INFO(world.name);
        Random random{47};
        for (const std::size_t one_in : {2, 10, 1000}) {
            const SortedSet set = populate(random, world.any_place, 2000);
            Set wanted;
            for (const SortedSet::Item item : set)
                if (random.below(one_in) == 0) wanted.add(item.member);
            for (int i = 0; i < 20; ++i) {
                const Shape shape = any_shape(random, world, set);
                INFO(describe(shape));
                std::vector<Row> expected = nearest(set, shape);
                const std::size_t met = std::min<std::size_t>(random.below(20), expected.size());
                NearestSearch search{set, shape};
                for (std::size_t k = 0; k < met; ++k) search.next();
                expected.erase(expected.begin(),
                               expected.begin() + static_cast<std::ptrdiff_t>(met));
                const auto is_unwanted = [&](const Row& row) {
                    return !wanted.contains(row.member);
                };
                std::erase_if(expected, is_unwanted);

                KeepWanted keep_wanted{wanted};
                search.leave_out(keep_wanted, set.size());
                std::vector<Row> found;
                while (const auto next = search.next()) {
                    if (!wanted.contains(next->member)) continue;
                    found.push_back({next->distance_m, next->cell, std::string{next->member}});
                }
                require_equal(found, expected);
                REQUIRE(search.left_out() <= set.size());
            }
        }
    }
}

TEST_CASE("a search is over when too many were left out")
{
    Random random{53};
    const SortedSet set = populate(random, within(77.4, 77.8, 12.8, 13.2), 5000);
    const Set nobody;
    KeepWanted keep_nobody{nobody};
    NearestSearch search{set, Circle{{77.6, 13.0}, 1e5}};
    search.leave_out(keep_nobody, 100);
    int returned = 0;  // who had been measured before
    while (search.next()) ++returned;
    CHECK(returned < 100);
    CHECK(search.left_out() >= 100);
    CHECK(search.left_out() < 200);
}

TEST_CASE("nothing is found in an empty set")
{
    const SortedSet set;
    CHECK_FALSE(NearestSearch(set, Circle{{0, 0}, 1e7}).next());
    CHECK(all(set, Circle{{0, 0}, 1e7}, Measure::Yes).empty());
}

TEST_CASE("scores that are no cells are passed over; their neighbours are found")
{
    const double infinity = std::numeric_limits<double>::infinity();
    SortedSet set;
    set.put("minus infinity", -infinity);
    set.put("negative", -1);
    set.put("a little negative", -0.5);
    set.put("too large", static_cast<double>(kCellEnd));
    set.put("infinity", infinity);
    const double cell = static_cast<double>(cell_of({1, 1}) >> 2 << 2);
    set.put("driver", cell);
    set.put("half a cell on", cell + 0.5);
    set.put("zero", 0);
    set.put("minus zero", -0.0);

    const auto found = nearest(set, Circle{{1, 1}, infinity});
    REQUIRE(found.size() == 4);
    CHECK(found[0].member == "driver");
    CHECK(found[1].member == "half a cell on");
    CHECK(found[2].member == "minus zero");
    CHECK(found[3].member == "zero");
    CHECK(all(set, Circle{{1, 1}, infinity}, Measure::Yes).size() == 4);
    CHECK(all(set, Circle{{1, 1}, 100}, Measure::Yes).size() == 2);
}

TEST_CASE("members who are hidden are passed over, the others come as before")
{
    for (const World& world : worlds()) {
        INFO(world.name);
        Random random{59};
        for (const std::size_t one_in : {1, 2, 10, 1000}) {
            SortedSet set = populate(random, world.any_place, 2000);
            SortedSet hidden, hidden_too;
            for (const SortedSet::Item item : set) {
                if (random.below(one_in) != 0 || one_in == 1) hidden.put(item.member, item.score);
                if (random.below(3) == 0) hidden_too.put(item.member, item.score);
            }
            for (int i = 0; i < 20; ++i) {
                const Shape shape = any_shape(random, world, set);
                INFO(describe(shape));
                std::vector<Row> expected = nearest(set, shape);
                const bool has_both = i % 2 == 0;
                std::erase_if(expected, [&](const Row& row) {
                    return hidden.contains(row.member) ||
                           (has_both && hidden_too.contains(row.member));
                });

                NearestSearch search{set, shape, {&hidden, has_both ? &hidden_too : nullptr}};
                std::vector<Row> found;
                while (const auto next = search.next())
                    found.push_back({next->distance_m, next->cell, std::string{next->member}});
                require_equal(found, expected);
            }
        }
    }
}

TEST_CASE("a crowd that is hidden at one point does not stop a search")
{
    SortedSet set, hidden;
    const double score = static_cast<double>(cell_of({77.6, 13.0}));
    for (int i = 0; i < 5000; ++i) set.put(numbered("d", 10'000 + i), score);
    for (int i = 0; i < 4999; ++i) hidden.put(numbered("d", 10'000 + i), score);
    NearestSearch search{set, Circle{{77.6002, 13.0}, 5000}, {nullptr, &hidden}};
    CHECK(search.next()->member == "d14999");
    CHECK_FALSE(search.next());
}
