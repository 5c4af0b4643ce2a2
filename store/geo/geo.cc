#include "store/geo/geo.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include "ascii/case.h"

namespace store {
namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180.0;

double radians(double degrees) { return degrees * kRadiansPerDegree; }

/// Puts bit i of the lower 32 bits at position 2i.
std::uint64_t spread(std::uint64_t bits)
{
    bits = (bits | (bits << 16)) & 0x0000FFFF0000FFFF;
    bits = (bits | (bits << 8)) & 0x00FF00FF00FF00FF;
    bits = (bits | (bits << 4)) & 0x0F0F0F0F0F0F0F0F;
    bits = (bits | (bits << 2)) & 0x3333333333333333;
    return (bits | (bits << 1)) & 0x5555555555555555;
}

/// How many of the 2^26 steps of the range lie below the value: 2^26 itself at the upper limit.
std::uint32_t step_of(double value, double min, double max)
{
    return static_cast<std::uint32_t>((value - min) / (max - min) * kCellsPerAxis);
}

std::uint64_t interleave(std::uint32_t column, std::uint32_t row)
{
    return spread(row) | (spread(column) << 1);
}

/// The middle of a step. Each of Redis's roundings is kept: the middle of the two rounded edges is
/// not always the rounded middle.
double middle_of_step(std::uint32_t step, double min, double max)
{
    const double scale = max - min;
    const double lower = min + (step / kCellsPerAxis) * scale;
    const double upper = min + ((step + std::uint32_t{1}) / kCellsPerAxis) * scale;
    return std::clamp((lower + upper) / 2, min, max);
}

double meters_of_half_sine_squared(double a)
{
    return 2.0 * kEarthRadiusM * std::asin(std::sqrt(a));
}

}  // namespace

bool is_valid(Place place)
{
    return place.longitude >= kLongitudeMin && place.longitude <= kLongitudeMax &&
           place.latitude >= kLatitudeMin && place.latitude <= kLatitudeMax;
}

std::uint64_t cell_of(Place place)
{
    return interleave(step_of(place.longitude, kLongitudeMin, kLongitudeMax),
                      step_of(place.latitude, kLatitudeMin, kLatitudeMax));
}

std::uint64_t cell_at(GridPoint point) { return interleave(point.column, point.row); }

std::uint64_t cell_of_score(double score)
{
    constexpr double kTwoTo63 = 9223372036854775808.0;
    constexpr std::uint64_t kHighBit = std::uint64_t{1} << 63;
    if (score > -kTwoTo63 && score < kTwoTo63) {
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(score));
    }
    // The rest is what the processor's conversion gives, spelt out because C++ leaves it undefined.
    if (score >= 2 * kTwoTo63) return 0;
    if (score >= kTwoTo63) return static_cast<std::uint64_t>(score - kTwoTo63) | kHighBit;
    return kHighBit;
}

double longitude_of_column(std::uint32_t column)
{
    return middle_of_step(column, kLongitudeMin, kLongitudeMax);
}

double latitude_of_row(std::uint32_t row)
{
    return middle_of_step(row, kLatitudeMin, kLatitudeMax);
}

Place place_of(std::uint64_t cell)
{
    const auto [column, row] = grid_point_of(cell);
    return {longitude_of_column(column), latitude_of_row(row)};
}

std::string geohash_text(std::uint64_t cell)
{
    // The standard divides the latitudes from pole to pole, Redis's cells do not: encode again.
    const Place place = place_of(cell);
    const std::uint64_t standard =
        interleave(step_of(place.longitude, -180, 180), step_of(place.latitude, -90, 90));

    constexpr std::string_view kAlphabet = "0123456789bcdefghjkmnpqrstuvwxyz";
    std::string text(11, '0');
    for (int i = 0; i < 10; ++i) text[i] = kAlphabet[(standard >> (47 - 5 * i)) & 31];
    return text;
}

double distance_m(Place from, Place to) { return DistanceFrom{from}.to(to); }

DistanceFrom::DistanceFrom(Place from)
    : longitude_radians_(radians(from.longitude)),
      latitude_radians_(radians(from.latitude)),
      latitude_cosine_(std::cos(latitude_radians_))
{}

double DistanceFrom::to(Place place) const
{
    const double v = std::sin((radians(place.longitude) - longitude_radians_) / 2);
    // Redis's shortcut; it answers differently from the formula below in the last digits.
    if (v == 0.0) return north_south_m(place);
    const double latitude = radians(place.latitude);
    const double u = std::sin((latitude - latitude_radians_) / 2);
    return meters_of_half_sine_squared(u * u + latitude_cosine_ * std::cos(latitude) * v * v);
}

double DistanceFrom::north_south_m(Place place) const
{
    return kEarthRadiusM * std::fabs(radians(place.latitude) - latitude_radians_);
}

double DistanceFrom::east_west_m(Place place) const
{
    // The haversine of two places of one latitude: its first term is exactly zero.
    const double v = std::sin((radians(place.longitude) - longitude_radians_) / 2);
    const double cosine = std::cos(radians(place.latitude));
    return meters_of_half_sine_squared(cosine * cosine * v * v);
}

std::optional<double> meters_per(std::string_view unit)
{
    const auto is = [unit](std::string_view name) {
        return ascii::equal_ignoring_case(unit, name);
    };
    if (is("m")) return 1;
    if (is("km")) return 1000;
    if (is("ft")) return 0.3048;
    if (is("mi")) return 1609.34;
    return std::nullopt;
}

Place center_of(const Shape& shape)
{
    return std::visit([](const auto& form) { return form.center; }, shape);
}

ShapeTest::ShapeTest(const Shape& shape) : shape_(shape), from_(center_of(shape)) {}

std::optional<double> ShapeTest::distance_if_inside(Place place) const
{
    // Every test asks "is it too far?", so that NaN passes, as in Redis.
    if (const auto* box = std::get_if<Box>(&shape_)) {
        if (from_.north_south_m(place) > box->height_m / 2) return std::nullopt;
        if (from_.east_west_m(place) > box->width_m / 2) return std::nullopt;
        return from_.to(place);
    }
    const double distance = from_.to(place);
    if (distance > std::get<Circle>(shape_).radius_m) return std::nullopt;
    return distance;
}

}  // namespace store
