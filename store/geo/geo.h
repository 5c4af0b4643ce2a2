#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Places on earth, the cells Redis files them under, distances and shapes: pure mathematics. Every
/// number here agrees with Redis 7.2 to the last bit, so that scores, distances and results do.
namespace store {

namespace geo_detail {

inline std::uint32_t gather_even_bits(std::uint64_t bits)
{
    bits &= 0x5555555555555555;
    bits = (bits | (bits >> 1)) & 0x3333333333333333;
    bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0F;
    bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FF;
    bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFF;
    return static_cast<std::uint32_t>(bits | (bits >> 16));
}

}  // namespace geo_detail

/// The range of the web's Mercator maps (EPSG:3857) and of Redis: the poles are left out.
inline constexpr double kLongitudeMin = -180, kLongitudeMax = 180;
inline constexpr double kLatitudeMin = -85.05112878, kLatitudeMax = 85.05112878;

/// The earth's radius in Redis's distances.
inline constexpr double kEarthRadiusM = 6372797.560856;

/// A place on earth, in degrees.
struct Place
{
    double longitude;
    double latitude;

    bool operator==(const Place&) const = default;
};

/// True if both coordinates are in range (the limits included) and neither is NaN.
bool is_valid(Place place);

/// The number under which Redis files a place: 26 bits of latitude in the even positions and 26
/// bits of longitude in the odd ones, south-west = 0. Cells near in number are near on the map, and
/// all cells with the same upper bits form a rectangle. The northern limit itself and longitude 180
/// itself get a 27th bit, as in Redis, so that a cell is below 2^54. The score is the cell as a
/// double (rounded above 2^53, at longitude 180). REQUIRES is_valid(place).
std::uint64_t cell_of(Place place);

/// One past the greatest cell of a valid place.
inline constexpr std::uint64_t kCellEnd = std::uint64_t{1} << 54;

/// The cell a score stands for: its whole part. A score that is no cell (ZADD may write any number)
/// becomes what Redis on x86-64 makes of it.
std::uint64_t cell_of_score(double score);

/// The middle of a cell, within the limits: what GEOPOS answers. About 0.3 m from the place filed.
Place place_of(std::uint64_t cell);

/// Columns and rows of the map without its northern and eastern limits.
inline constexpr double kCellsPerAxis = 1 << 26;

/// The column (longitude) and row (latitude) of a cell, 0 .. 2^27-1.
struct GridPoint
{
    std::uint32_t column;
    std::uint32_t row;
};
inline GridPoint grid_point_of(std::uint64_t cell)
{
    return {geo_detail::gather_even_bits(cell >> 1), geo_detail::gather_even_bits(cell)};
}

/// And back. REQUIRES: both are below 2^27.
std::uint64_t cell_at(GridPoint point);

/// The middle of a column or row. Never falls as the number rises, also after rounding.
double longitude_of_column(std::uint32_t column);
double latitude_of_row(std::uint32_t row);

/// The 11-character geohash (geohash.org) of the middle of a cell. The 52 bits fill ten characters;
/// the last is always '0', as in Redis.
std::string geohash_text(std::uint64_t cell);

/// Great-circle distance in meters on a sphere of radius kEarthRadiusM by the haversine formula.
/// Up to 0.5 % from the truth: the earth is no sphere. Never negative; NaN is possible for exactly
/// opposite places, where rounding pushes the sine above 1 (as in Redis).
double distance_m(Place from, Place to);

/// Many distances from one place: to(p) is distance_m(from, p) to the last bit.
class DistanceFrom
{
public:
    explicit DistanceFrom(Place from);

    double to(Place place) const;

    /// The two sides of a box: how far `place` is north or south of here, and how far east or west
    /// of here, along its own latitude.
    double north_south_m(Place place) const;
    double east_west_m(Place place) const;

private:
    double longitude_radians_;
    double latitude_radians_;
    double latitude_cosine_;
};

/// Meters in one of Redis's units ("m", "km", "ft", "mi", in either case); nullopt if it is none.
std::optional<double> meters_per(std::string_view unit);

/// All places at most `radius_m` from the center.
struct Circle
{
    Place center;
    double radius_m;
};

/// All places at most half the height north or south of the center, and at most half the width east
/// or west of it measured along their own latitude.
struct Box
{
    Place center;
    double width_m;
    double height_m;
};

using Shape = std::variant<Circle, Box>;

Place center_of(const Shape& shape);

/// Asks a shape about many places.
class ShapeTest
{
public:
    explicit ShapeTest(const Shape& shape);

    /// The distance from the shape's center, or nullopt if the place is outside. A distance that is
    /// NaN (see distance_m) counts as inside, as in Redis.
    std::optional<double> distance_if_inside(Place place) const;

    double distance_to(Place place) const { return from_.to(place); }

private:
    Shape shape_;
    DistanceFrom from_;
};

}  // namespace store
