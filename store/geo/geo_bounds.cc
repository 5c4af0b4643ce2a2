#include "store/geo/geo_bounds.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

// Distances are compared through h = sin^2(d / 2R), the haversine. By the formula it is
//
//     h = hav(latitude difference) + cos(latitude 1) * cos(latitude 2) * hav(longitude difference)
//
// and each of its parts is bounded on its own over a rectangle. hav(x) = sin^2(x / 2) grows with x
// up to 180 degrees, and the cosine of a latitude falls towards the poles.
//
// Rounding: Redis subtracts angles in radians, which are off by up to 4e-16 each, so that its
// distances are off by up to 1e-8 m, and by some 1e-15 of their size. For nearly opposite places
// the arc sine is steep and makes up to 0.4 m of it. All bounds keep ten times that distance.

namespace store {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180.0;

/// Up to this difference series replace sines and cosines: 11 degrees, over 1200 km.
constexpr double kSeriesDegrees = 11;

constexpr double kRoundingM = ShapeBounds::kRoundingM;
constexpr double kRoundingRatio = 1e-12;

/// From here on places count as nearly opposite, and distances as uncertain.
constexpr double kSteepHaversine = 0.99;
constexpr double kSteepRoundingM = 4;

/// sin(x)/x and cos(x) for x up to 0.1, by their series in x^2: the first term left out is below
/// 1e-17.
double sine_ratio(double x_squared)
{
    const double y = x_squared;
    return 1 - y * (1.0 / 6) * (1 - y * (1.0 / 20) * (1 - y * (1.0 / 42) * (1 - y * (1.0 / 72))));
}

double cosine_series(double x_squared)
{
    const double y = x_squared;
    const double end = 1 - y * (1.0 / 56) * (1 - y * (1.0 / 90));
    return 1 - y * (1.0 / 2) * (1 - y * (1.0 / 12) * (1 - y * (1.0 / 30) * end));
}

/// hav of an angle in degrees.
double haversine(double degrees)
{
    const double half = degrees * (kRadiansPerDegree / 2);
    const double sine = degrees <= kSeriesDegrees ? half * sine_ratio(half * half) : std::sin(half);
    return sine * sine;
}

double meters_at_least(double haversine)
{
    const double h = std::min(haversine, 1.0);
    const double sine = std::sqrt(h);
    // All terms of the arc sine's series are positive: any few of them are a lower bound.
    const double angle =
        h < 0.01 ? sine * (1 + h * (1.0 / 6) + h * h * (3.0 / 40)) : std::asin(sine);
    const double rounding = h > kSteepHaversine ? kSteepRoundingM : kRoundingM;
    return std::max(0.0, 2 * kEarthRadiusM * angle * (1 - kRoundingRatio) - rounding);
}

double meters_at_most(double haversine)
{
    const double h = std::min(haversine, 1.0);
    const double sine = std::sqrt(h);
    // Below h = 0.01 the terms left out sum up to less than 0.05 h^3.
    const double angle = h < 0.01
                             ? sine * (1 + h * (1.0 / 6) + h * h * (3.0 / 40) + h * h * h * 0.05)
                             : std::asin(sine);
    const double rounding = h > kSteepHaversine ? kSteepRoundingM : kRoundingM;
    return 2 * kEarthRadiusM * angle * (1 + kRoundingRatio) + rounding;
}

double meters_of_degrees(double degrees) { return kEarthRadiusM * kRadiansPerDegree * degrees; }

/// The shorter way around the earth.
double wrapped(double degrees)
{
    const double size = std::fabs(degrees);
    return size > 180 ? 360 - size : size;
}

}  // namespace

CellBlock CellBlock::around_both(std::uint64_t a, std::uint64_t b)
{
    const int differing_bits = 64 - std::countl_zero(a ^ b);
    return around(a, static_cast<unsigned>(differing_bits + 1) / 2);
}

PlaceRange CellBlock::places() const
{
    const auto [column, row] = grid_point_of(first);
    const std::uint32_t last = (std::uint32_t{1} << level) - 1;
    return {longitude_of_column(column), longitude_of_column(column + last), latitude_of_row(row),
            latitude_of_row(row + last)};
}

ShapeBounds::ShapeBounds(const Shape& shape)
    : is_box_(std::holds_alternative<Box>(shape)),
      center_(center_of(shape)),
      center_row_((center_.latitude - kLatitudeMin) / kDegreesPerRow - 0.5),
      center_column_((center_.longitude - kLongitudeMin) / kDegreesPerColumn - 0.5),
      latitude_cosine_(std::cos(center_.latitude * kRadiansPerDegree)),
      latitude_sine_(std::sin(center_.latitude * kRadiansPerDegree))
{
    if (is_box_) {
        const Box& box = std::get<Box>(shape);
        half_width_m_ = box.width_m / 2;
        half_height_m_ = box.height_m / 2;
        // By the triangle inequality: half the height to the latitude of the place, and from there
        // half the width.
        limit_m_ = (half_width_m_ + half_height_m_) * (1 + kRoundingRatio) + kSteepRoundingM;
    } else {
        limit_m_ = std::get<Circle>(shape).radius_m;
    }
}

ShapeBounds::Difference ShapeBounds::latitude_difference(const PlaceRange& range) const
{
    const double to_south = center_.latitude - range.south;
    const double to_north = range.north - center_.latitude;
    return {std::max({0.0, -to_south, -to_north}), std::max(to_south, to_north)};
}

ShapeBounds::Difference ShapeBounds::longitude_difference(const PlaceRange& range) const
{
    const double to_west = center_.longitude - range.west;
    const double to_east = range.east - center_.longitude;
    const double west = wrapped(to_west), east = wrapped(to_east);
    const bool spans_center = to_west >= 0 && to_east >= 0;
    // The meridian opposite the center: 180 degrees east of it, or west.
    const bool spans_opposite =
        (to_west >= 180 && to_east >= -180) || (to_east >= 180 && to_west >= -180);
    return {spans_center ? 0.0 : std::min(west, east),
            spans_opposite ? 180.0 : std::max(west, east)};
}

double ShapeBounds::cosine_of_latitude(double latitude) const
{
    const double difference = latitude - center_.latitude;
    if (std::fabs(difference) > kSeriesDegrees) return std::cos(latitude * kRadiansPerDegree);
    // cos(a + 2x) by the double-angle formulas, for the series' sake in terms of x.
    const double half = difference * (kRadiansPerDegree / 2);
    const double sine = half * sine_ratio(half * half);
    const double cosine = cosine_series(half * half);
    return latitude_cosine_ * (1 - 2 * sine * sine) - latitude_sine_ * (2 * sine * cosine);
}

double ShapeBounds::least_cosine(const PlaceRange& range) const
{
    const bool north_is_nearer_its_pole = range.north > -range.south;
    return cosine_of_latitude(north_is_nearer_its_pole ? range.north : range.south);
}

double ShapeBounds::greatest_cosine(const PlaceRange& range) const
{
    if (range.south > 0) return cosine_of_latitude(range.south);
    if (range.north < 0) return cosine_of_latitude(range.north);
    return 1;
}

double ShapeBounds::least_distance_m(const PlaceRange& range) const
{
    const double latitude = latitude_difference(range).min;
    const double longitude = longitude_difference(range).min;
    if (latitude == 0 && longitude == 0) return 0;
    double h = haversine(latitude);
    if (longitude > 0) h += latitude_cosine_ * least_cosine(range) * haversine(longitude);
    return meters_at_least(h);
}

std::optional<double> ShapeBounds::least_distance_if_touched_m(const PlaceRange& range) const
{
    if (is_box_ && overlap(range) == Overlap::Outside) return std::nullopt;
    const double min = least_distance_m(range);
    if (min > limit_m_) return std::nullopt;
    return min;
}

double ShapeBounds::least_distance_outside_m(const PlaceRange& range) const
{
    const double to_south_or_north =
        std::min(center_.latitude - range.south, range.north - center_.latitude);
    const double to_west_or_east =
        std::min(center_.longitude - range.west, range.east - center_.longitude);
    if (to_south_or_north <= 0 || to_west_or_east <= 0) return 0;

    // The way to a meridian less than 90 degrees away has the sine cos(latitude) * sin(difference),
    // and is longer than its sine; others are nearest beyond the pole.
    const double to_meridian =
        to_west_or_east < 90
            ? kEarthRadiusM * latitude_cosine_ * std::sin(to_west_or_east * kRadiansPerDegree)
            : meters_of_degrees(90 - std::fabs(center_.latitude));
    const double min = std::min(meters_of_degrees(to_south_or_north), to_meridian);
    return std::max(0.0, min * (1 - kRoundingRatio) - kRoundingM);
}

Overlap ShapeBounds::overlap(const PlaceRange& range) const
{
    const Difference latitude = latitude_difference(range);
    const Difference longitude = longitude_difference(range);
    const double min = least_cosine(range), greatest = greatest_cosine(range);
    if (is_box_) return box_overlap(latitude, longitude, min, greatest);

    const double nearest =
        haversine(latitude.min) + latitude_cosine_ * min * haversine(longitude.min);
    if (meters_at_least(nearest) > limit_m_) return Overlap::Outside;
    const double farthest =
        haversine(latitude.max) + latitude_cosine_ * greatest * haversine(longitude.max);
    return meters_at_most(farthest) <= limit_m_ ? Overlap::Inside : Overlap::Partly;
}

Overlap ShapeBounds::box_overlap(Difference latitude, Difference longitude, double least_cosine,
                                 double greatest_cosine) const
{
    const double least_height = meters_of_degrees(latitude.min) - kRoundingM;
    if (least_height > half_height_m_) return Overlap::Outside;
    const double least_width =
        meters_at_least(least_cosine * least_cosine * haversine(longitude.min));
    if (least_width > half_width_m_) return Overlap::Outside;

    const double max_height = meters_of_degrees(latitude.max) + kRoundingM;
    const double most_width =
        meters_at_most(greatest_cosine * greatest_cosine * haversine(longitude.max));
    const bool is_inside = max_height <= half_height_m_ && most_width <= half_width_m_;
    return is_inside ? Overlap::Inside : Overlap::Partly;
}

// The near distances use fewer terms: for up to 5 degrees (half of which is x < 0.044) those left
// out are below 1e-9 of the haversine, and of the cosine below 1e-9, which is 1e-8 of it at the
// map's ends. Rows and columns are exact to 1e-8 of a cell, some nanometers.

namespace {

/// sin^2(x).
double near_sine_squared(double x)
{
    const double y = x * x;
    return y * (1 - y * (1.0 / 3) * (1 - y * (2.0 / 15)));
}

double near_meters(double haversine)
{
    const double h = haversine;
    return 2 * kEarthRadiusM * std::sqrt(h) * (1 + h * (1.0 / 6) * (1 + h * (9.0 / 20)));
}

}  // namespace

/// The cosine of the latitude that is twice the half angle from the center's.
double ShapeBounds::near_latitude_cosine(double half_angle) const
{
    const double angle = 2 * half_angle;
    const double y = angle * angle;
    const double cosine = 1 - y * (1.0 / 2) * (1 - y * (1.0 / 12));
    const double sine = angle * (1 - y * (1.0 / 6) * (1 - y * (1.0 / 20)));
    return latitude_cosine_ * cosine - latitude_sine_ * sine;
}

double ShapeBounds::near_distance_m(GridPoint cell) const
{
    const double latitude = half_latitude_angle(cell);
    const double longitude = half_longitude_angle(cell);
    const double cosines = latitude_cosine_ * near_latitude_cosine(latitude);
    return near_meters(near_sine_squared(latitude) + cosines * near_sine_squared(longitude));
}

Overlap ShapeBounds::near_overlap(GridPoint cell) const
{
    const auto compare = [](double meters, double limit_m) {
        if (meters * (1 - kNearRoundingRatio) - kRoundingM > limit_m) return Overlap::Outside;
        return meters * (1 + kNearRoundingRatio) + kRoundingM <= limit_m ? Overlap::Inside
                                                                         : Overlap::Partly;
    };
    if (!is_box_) return compare(near_distance_m(cell), limit_m_);

    const double latitude = half_latitude_angle(cell);
    const double cosine = near_latitude_cosine(latitude);
    const double longitude = near_sine_squared(half_longitude_angle(cell));
    const Overlap height = compare(2 * kEarthRadiusM * std::fabs(latitude), half_height_m_);
    const Overlap width = compare(near_meters(cosine * cosine * longitude), half_width_m_);
    if (height == Overlap::Outside || width == Overlap::Outside) return Overlap::Outside;
    return height == width ? height : Overlap::Partly;
}

}  // namespace store
