#include "store/geo/polygon.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace store {

namespace {

constexpr double kRadiansPerDegree = std::numbers::pi / 180;

PlaceRange bounds_of(const std::vector<Place>& vertices)
{
    const Place first = vertices.front();
    PlaceRange bounds{first.longitude, first.longitude, first.latitude, first.latitude};
    for (const Place vertex : vertices) {
        bounds.west = std::min(bounds.west, vertex.longitude);
        bounds.east = std::max(bounds.east, vertex.longitude);
        bounds.south = std::min(bounds.south, vertex.latitude);
        bounds.north = std::max(bounds.north, vertex.latitude);
    }
    return bounds;
}

Place center_of_vertices(const std::vector<Place>& vertices)
{
    double x = 0, y = 0, z = 0;
    for (const Place vertex : vertices) {
        const double longitude = vertex.longitude * kRadiansPerDegree;
        const double latitude = vertex.latitude * kRadiansPerDegree;
        x += std::cos(latitude) * std::cos(longitude);
        y += std::cos(latitude) * std::sin(longitude);
        z += std::sin(latitude);
    }
    return {std::atan2(y, x) / kRadiansPerDegree,
            std::clamp(std::atan2(z, std::hypot(x, y)) / kRadiansPerDegree, kLatitudeMin,
                       kLatitudeMax)};
}

}  // namespace

Polygon::Polygon(std::vector<Place> vertices)
    : vertices_(std::move(vertices)),
      bounds_(bounds_of(vertices_)),
      center_(center_of_vertices(vertices_))
{}

bool Polygon::contains(Place place) const
{
    const bool is_near = place.longitude >= bounds_.west && place.longitude <= bounds_.east &&
                         place.latitude >= bounds_.south && place.latitude <= bounds_.north;
    if (!is_near) return false;
    bool is_inside = false;
    Place from = vertices_.back();
    for (const Place to : vertices_) {
        const bool passes = (to.latitude > place.latitude) != (from.latitude > place.latitude);
        if (passes && place.longitude < (from.longitude - to.longitude) *
                                                (place.latitude - to.latitude) /
                                                (from.latitude - to.latitude) +
                                            to.longitude) {
            is_inside = !is_inside;
        }
        from = to;
    }
    return is_inside;
}

double Polygon::reach_m() const
{
    double reach = 0;
    for (const double longitude : {bounds_.west, bounds_.east})
        for (const double latitude : {bounds_.south, bounds_.north})
            reach = std::max(reach, distance_m(center_, {longitude, latitude}));
    return reach;
}

/// No place of the rectangle is farther than the way along the center's meridian to its latitude,
/// and from there along the equator, where degrees are longest, to its longitude.
Circle Polygon::surrounding_circle() const
{
    const double height = std::max(std::fabs(bounds_.north - center_.latitude),
                                   std::fabs(center_.latitude - bounds_.south));
    const double width = std::max(std::fabs(bounds_.east - center_.longitude),
                                  std::fabs(center_.longitude - bounds_.west));
    const double widest =
        bounds_.south <= 0 && bounds_.north >= 0
            ? 1
            : std::cos(std::min(std::fabs(bounds_.south), std::fabs(bounds_.north)) *
                       kRadiansPerDegree);
    constexpr double kMore = 1.001;  // for roundings, and some
    const double degrees = height + width * widest;
    return {center_, degrees * kRadiansPerDegree * kEarthRadiusM * kMore + 1};
}

}  // namespace store
