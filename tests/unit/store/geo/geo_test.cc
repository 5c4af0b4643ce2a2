#include "store/geo/geo.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "store/random.h"

namespace {

using namespace store;

const Place kPalermo{13.361389, 38.115556};
const Place kCatania{15.087269, 37.502669};
const double kInfinity = std::numeric_limits<double>::infinity();

double between(Random& random, double low, double high)
{
    return low + (high - low) * static_cast<double>(random.next() >> 11) * 0x1p-53;
}

Place any_place(Random& random)
{
    return {between(random, kLongitudeMin, kLongitudeMax),
            between(random, kLatitudeMin, kLatitudeMax)};
}

/// A place as Redis keeps it.
Place filed(Place place) { return place_of(cell_of(place)); }

}  // namespace

// The numbers in these tests are redis-server's.

TEST_CASE("a place gets Redis's cell")
{
    CHECK(cell_of(kPalermo) == 3479099956230698);
    CHECK(cell_of(kCatania) == 3479447370796909);
    CHECK(cell_of({77.5946, 12.9716}) == 3574463098297810);
    CHECK(cell_of({0, 0}) == 3377699720527872);
    CHECK(cell_of({-0.0000001, -0.0000001}) == 1125899906842623);
    CHECK(cell_of({179.9999999, 85.05}) == 4503599627287214);
}

TEST_CASE("the ends of the map have cells too, the northern and eastern of 27 bits")
{
    CHECK(cell_of({kLongitudeMin, kLatitudeMin}) == 0);
    CHECK(cell_of({kLongitudeMax, kLatitudeMax}) == 13510798882111488);
    CHECK(cell_of({kLongitudeMax, kLatitudeMax}) < kCellEnd);
    const Place north_east = filed({kLongitudeMax, kLatitudeMax});
    CHECK(north_east == Place{kLongitudeMax, kLatitudeMax});
}

TEST_CASE("a cell is read back as its middle, to the last bit")
{
    CHECK(filed(kPalermo) == Place{13.36138933897018433, 38.11555639549629859});
    CHECK(filed(kCatania) == Place{15.08726745843887329, 37.50266842333162032});
    CHECK(filed({-180, -85.05112878}) == Place{-179.99999731779098511, -85.05112751263942528});
}

TEST_CASE("filing a place twice gives the same cell")
{
    Random random{3};
    for (int i = 0; i < 10'000; ++i) {
        const std::uint64_t cell = cell_of(any_place(random));
        REQUIRE(cell_of(place_of(cell)) == cell);
    }
}

TEST_CASE("columns and rows give longitudes and latitudes that never fall")
{
    Random random{5};
    for (int i = 0; i < 10'000; ++i) {
        const auto step = static_cast<std::uint32_t>(random.below((1 << 27) - 1));
        REQUIRE(longitude_of_column(step) <= longitude_of_column(step + 1));
        REQUIRE(latitude_of_row(step) <= latitude_of_row(step + 1));
    }
    const GridPoint point = grid_point_of(0b1101);
    CHECK(point.column == 0b10);
    CHECK(point.row == 0b11);
}

TEST_CASE("only places on the map are valid")
{
    CHECK(is_valid({0, 0}));
    CHECK(is_valid({180, 85.05112878}));
    CHECK(is_valid({-180, -85.05112878}));
    CHECK_FALSE(is_valid({180.0000001, 0}));
    CHECK_FALSE(is_valid({0, -85.0511288}));
    CHECK_FALSE(is_valid({0, 90}));
    CHECK_FALSE(is_valid({std::nan(""), 0}));
    CHECK_FALSE(is_valid({0, std::nan("")}));
}

TEST_CASE("scores that are no cells are read as Redis reads them")
{
    CHECK(cell_of_score(0.7) == 0);
    CHECK(cell_of_score(3479099956230698) == 3479099956230698);
    CHECK(cell_of_score(-1) == ~std::uint64_t{0});
    CHECK(cell_of_score(1e19) == 10'000'000'000'000'000'000u);
    CHECK(cell_of_score(18446744073709551616.0) == 0);
    CHECK(cell_of_score(kInfinity) == 0);
    CHECK(cell_of_score(-kInfinity) == std::uint64_t{1} << 63);
    CHECK(place_of(cell_of_score(-1)) == Place{180, 85.05112878});
    CHECK(place_of(cell_of_score(-kInfinity)) == Place{180, -85.05112751263942528});
    CHECK(place_of(cell_of_score(1e18)) == Place{180, 85.05112878});
    CHECK(place_of(cell_of_score(0x1p54)) == Place{-179.99999731779098511, 85.05112878});
}

TEST_CASE("the text of a geohash is Redis's")
{
    CHECK(geohash_text(cell_of(kPalermo)) == "sqc8b49rny0");
    CHECK(geohash_text(cell_of(kCatania)) == "sqdtr74hyu0");
    CHECK(geohash_text(cell_of({77.5946, 12.9716})) == "tdr1v9qtj10");
    CHECK(geohash_text(cell_of({-180, -85.05112878})) == "00bh0hbj200");
    CHECK(geohash_text(cell_of({180, 85.05112878})) == "bp05b5048p0");
    CHECK(geohash_text(cell_of({0, 0})) == "s0000000000");
    CHECK(geohash_text(cell_of({-0.0000001, -0.0000001})) == "7zzzzzzzzz0");
    CHECK(geohash_text(cell_of_score(-1)) == "bp05b5048p0");
    CHECK(geohash_text(cell_of_score(-kInfinity)) == "00bh0hbj200");
}

TEST_CASE("distances are Redis's")
{
    const auto distance = [](Place a, Place b) { return distance_m(filed(a), filed(b)); };
    CHECK(distance(kPalermo, kCatania) == Approx(166274.1516).margin(0.00005));
    CHECK(distance({77.5946, 12.9716}, {77.5812, 12.9680}) == Approx(1506.6062).margin(0.00005));
    CHECK(distance({77.5946, 12.9716}, {77.5900, 12.9820}) == Approx(1259.5054).margin(0.00005));
    CHECK(distance({-180, -85.05112878}, {180, 85.05112878}) ==
          Approx(18919844.5891).margin(0.00005));
    CHECK(distance({0, 0}, {-0.0000001, -0.0000001}) == Approx(0.6599).margin(0.00005));
}

TEST_CASE("a distance is the same both ways, and zero from a place to itself")
{
    Random random{7};
    for (int i = 0; i < 10'000; ++i) {
        const Place a = any_place(random), b = any_place(random);
        REQUIRE(distance_m(a, b) == Approx(distance_m(b, a)).epsilon(1e-12));
        REQUIRE(distance_m(a, a) == 0);
        REQUIRE(DistanceFrom{a}.to(b) == distance_m(a, b));
        REQUIRE(DistanceFrom{a}.north_south_m(b) ==
                Approx(distance_m({b.longitude, a.latitude}, b)));
        REQUIRE(DistanceFrom{a}.east_west_m(b) == distance_m(b, {a.longitude, b.latitude}));
    }
}

TEST_CASE("the antimeridian is no border for distances")
{
    CHECK(distance_m({179.9, 0}, {-179.9, 0}) == Approx(distance_m({-0.1, 0}, {0.1, 0})));
    CHECK(distance_m({-180, 20}, {180, 20}) == Approx(0).margin(1e-6));
}

TEST_CASE("units are Redis's, in either case")
{
    CHECK(meters_per("m") == 1);
    CHECK(meters_per("KM") == 1000);
    CHECK(meters_per("ft") == 0.3048);
    CHECK(meters_per("Mi") == 1609.34);
    CHECK(meters_per("yd") == std::nullopt);
    CHECK(meters_per("") == std::nullopt);
    CHECK(meters_per("mm") == std::nullopt);
}

TEST_CASE("a circle holds the places up to its radius")
{
    const Place center = filed(kPalermo), place = filed(kCatania);
    const double distance = distance_m(center, place);
    CHECK(ShapeTest{Circle{center, distance}}.distance_if_inside(place) == distance);
    CHECK_FALSE(ShapeTest{Circle{center, distance - 0.001}}.distance_if_inside(place));
    CHECK(ShapeTest{Circle{center, 0}}.distance_if_inside(center) == 0);
    CHECK(center_of(Circle{center, 1}) == center);
}

TEST_CASE("a box is measured north and south, and along the latitude of the place")
{
    const Place center{0, 60};
    const ShapeTest box{Box{center, 2000, 1000}};
    CHECK(center_of(Box{center, 1, 1}) == center);
    // A degree of latitude has 111.2 km; at 60 degrees north one of longitude has half of that.
    CHECK(box.distance_if_inside({0, 60.00449}).has_value());
    CHECK_FALSE(box.distance_if_inside({0, 60.00451}).has_value());
    CHECK(box.distance_if_inside({0.01797, 60}).has_value());
    CHECK_FALSE(box.distance_if_inside({0.01799, 60}).has_value());
    // Its corners in the north are farther east than those in the south.
    CHECK(box.distance_if_inside({0.01798, 60.004}).has_value());
    CHECK_FALSE(box.distance_if_inside({0.01798, 59.996}).has_value());
    const Place corner{0.0179, 60.0044};
    CHECK(box.distance_if_inside(corner) == distance_m(center, corner));
}
