#include "tests/bench/city.h"

#include <algorithm>

namespace bench {

namespace {

constexpr Place kCentre{77.5946, 12.9716};
// Degrees in a kilometer, there.
constexpr double kLatitudeKm = 1 / 111.226;
constexpr double kLongitudeKm = kLatitudeKm / 0.97448;
constexpr double kHalfSideKm = 20;
constexpr double kCrowdRadiusKm = 0.5;
constexpr int kHotSpots = 50;

double clamp_to_city(double value, double centre, double km)
{
    return std::clamp(value, centre - kHalfSideKm * km, centre + kHalfSideKm * km);
}

}  // namespace

City::City(Layout layout, std::uint64_t seed) : layout_(layout), random_(seed)
{
    // The hot spots belong to the city: the same for drivers and orders, whatever the seed.
    std::mt19937_64 map{2847};
    std::swap(map, random_);
    for (int i = 0; i < kHotSpots; ++i) hot_spots_.push_back(anywhere());
    std::swap(map, random_);
}

Place City::anywhere()
{
    const double east_km = (fraction() * 2 - 1) * kHalfSideKm;
    const double north_km = (fraction() * 2 - 1) * kHalfSideKm;
    return {kCentre.longitude + east_km * kLongitudeKm, kCentre.latitude + north_km * kLatitudeKm};
}

Place City::next_place()
{
    if (layout_ == Layout::Uniform) return anywhere();
    const auto chance = below(10);
    if (chance == 0) return anywhere();
    const Place spot = hot_spots_[below(hot_spots_.size())];
    if (chance == 1) return spot;
    std::normal_distribution<double> km{0, kCrowdRadiusKm};
    const double longitude = spot.longitude + km(random_) * kLongitudeKm;
    const double latitude = spot.latitude + km(random_) * kLatitudeKm;
    return {clamp_to_city(longitude, kCentre.longitude, kLongitudeKm),
            clamp_to_city(latitude, kCentre.latitude, kLatitudeKm)};
}

}  // namespace bench
