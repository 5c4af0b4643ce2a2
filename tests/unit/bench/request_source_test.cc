#include "tests/bench/request_source.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <stdexcept>
#include <string>

using namespace bench;

namespace {

std::string next_of(RequestSource& source)
{
    std::string request;
    source.append_next(request);
    return request;
}

}  // namespace

TEST_CASE("a pattern's placeholders are filled in")
{
    City city{City::Layout::Uniform, 1};
    RequestSource source{{"SET", "key:{seq}", "a{7-7}b"}, city};
    CHECK(next_of(source) == "*3\r\n$3\r\nSET\r\n$5\r\nkey:0\r\n$3\r\na7b\r\n");
    CHECK(next_of(source) == "*3\r\n$3\r\nSET\r\n$5\r\nkey:1\r\n$3\r\na7b\r\n");

    RequestSource chance{{"{0-2}"}, city};
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) seen.insert(next_of(chance));
    CHECK(seen ==
          std::set<std::string>{"*1\r\n$1\r\n0\r\n", "*1\r\n$1\r\n1\r\n", "*1\r\n$1\r\n2\r\n"});
}

TEST_CASE("a pattern that is none is refused")
{
    City city{City::Layout::Uniform, 1};
    for (const char* word : {"{", "{x}", "{1}", "{2-1}", "{1-}", "{-1}"})
        CHECK_THROWS_AS((RequestSource{{word}, city}), std::invalid_argument);
}

TEST_CASE("a pool gives whole batches, and starts over")
{
    City city{City::Layout::Uniform, 1};
    RequestSource source{{"{seq}"}, city};
    RequestPool pool{source, 4, 2};
    const std::string first{pool.next()};
    CHECK(first == "*1\r\n$1\r\n0\r\n*1\r\n$1\r\n1\r\n");
    CHECK(pool.next() == "*1\r\n$1\r\n2\r\n*1\r\n$1\r\n3\r\n");
    CHECK(pool.next() == first);
}

TEST_CASE("places are within 40 km of each other, in both layouts, and follow from the seed")
{
    for (const auto layout : {City::Layout::Uniform, City::Layout::Clustered}) {
        City city{layout, 5}, same{layout, 5}, other{layout, 6};
        bool differs = false;
        double west = 180, east = -180, south = 90, north = -90;
        for (int i = 0; i < 20'000; ++i) {
            const Place place = city.next_place(), twin = same.next_place();
            CHECK((place.longitude == twin.longitude && place.latitude == twin.latitude));
            differs |= other.next_place().longitude != place.longitude;
            west = std::min(west, place.longitude), east = std::max(east, place.longitude);
            south = std::min(south, place.latitude), north = std::max(north, place.latitude);
        }
        CHECK(differs);
        constexpr double kKmOfDegree = 111.2;
        CHECK((north - south) * kKmOfDegree == Approx(40).margin(4));
        CHECK((east - west) * kKmOfDegree * 0.974 == Approx(40).margin(4));  // at 13 degrees north
    }
}
