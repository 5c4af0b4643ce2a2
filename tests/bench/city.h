#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace bench {

/// In degrees.
struct Place
{
    double longitude;
    double latitude;
};

/// A city of 40 x 40 km around Bengaluru's centre: where its drivers are and its orders come from.
/// The same seed gives the same places.
class City
{
public:
    enum class Layout : std::uint8_t {
        Uniform,    ///< equally likely everywhere
        Clustered,  ///< 8 of 10 near one of 50 hot spots, 1 of 10 right at its centre, 1 anywhere
    };

    City(Layout layout, std::uint64_t seed);

    Place next_place();
    /// A whole number from 0 to count - 1.
    std::uint64_t below(std::uint64_t count) { return random_() % count; }

private:
    Place anywhere();
    double fraction() { return static_cast<double>(random_() >> 11) * 0x1p-53; }

    Layout layout_;
    std::mt19937_64 random_;
    std::vector<Place> hot_spots_;
};

}  // namespace bench
