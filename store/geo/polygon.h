#pragma once

#include <utility>
#include <vector>

#include "store/geo/geo.h"
#include "store/geo/geo_bounds.h"

namespace store {

/// The places between straight lines on the map (longitude to the right, latitude upwards) from
/// vertex to vertex and back to the first, as Valkey has it. It does not go across the date line.
class Polygon
{
public:
    /// REQUIRES: at least one vertex; with fewer than three nothing is inside.
    explicit Polygon(std::vector<Place> vertices);

    /// Whether a line from the place to the east crosses the border an odd number of times.
    bool contains(Place place) const;

    /// The mean of the vertices as points of a sphere: what distances are measured from.
    Place center() const { return center_; }

    /// The smallest rectangle of the map around it.
    const PlaceRange& bounds() const { return bounds_; }

    /// From the center to the farthest corner of the rectangle.
    double reach_m() const;

    /// All of it, and more.
    Circle surrounding_circle() const;

private:
    std::vector<Place> vertices_;
    PlaceRange bounds_;
    Place center_;
};

}  // namespace store
