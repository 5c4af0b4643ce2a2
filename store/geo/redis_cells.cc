#include "store/geo/redis_cells.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace store {

namespace {

constexpr unsigned kMaxSteps = 26;
constexpr double kRadiansPerDegree = std::numbers::pi / 180;

/// A rectangle around the shape, on the safe side but near the poles.
PlaceRange sides_of(const Shape& shape)
{
    const Place center = center_of(shape);
    const auto* const box = std::get_if<Box>(&shape);
    const double half_height =
        box != nullptr ? box->height_m / 2 : std::get<Circle>(shape).radius_m;
    const double half_width = box != nullptr ? box->width_m / 2 : half_height;
    const double latitude = half_height / kEarthRadiusM / kRadiansPerDegree;
    // It is widest at its end towards the pole.
    const double widest =
        center.latitude < 0 ? center.latitude - latitude : center.latitude + latitude;
    const double longitude =
        half_width / kEarthRadiusM / std::cos(widest * kRadiansPerDegree) / kRadiansPerDegree;
    return {center.longitude - longitude, center.longitude + longitude, center.latitude - latitude,
            center.latitude + latitude};
}

double reach_of(const Shape& shape)
{
    const auto* const box = std::get_if<Box>(&shape);
    if (box == nullptr) return std::get<Circle>(shape).radius_m;
    return std::sqrt(box->width_m / 2 * (box->width_m / 2) +
                     box->height_m / 2 * (box->height_m / 2));
}

/// How often the map is halved in both directions: squares about as large as the shape.
unsigned steps_for(Place center, double reach)
{
    constexpr double kHalfEquatorM = 20037726.37;
    if (reach == 0) return kMaxSteps;
    int steps = -1;
    for (; reach < kHalfEquatorM; reach *= 2) ++steps;
    const double latitude = std::fabs(center.latitude);
    if (latitude > 66) --steps;
    if (latitude > 80) --steps;
    return static_cast<unsigned>(std::clamp(steps, 1, static_cast<int>(kMaxSteps)));
}

/// The squares of one size. Their numbers go around the earth, also from pole to pole.
class Grid
{
public:
    Grid(unsigned steps, Place center) : level_(kMaxSteps - steps), side_(1U << steps)
    {
        const GridPoint point = grid_point_of(cell_of(center));
        column_ = point.column >> level_;
        row_ = point.row >> level_;
    }

    CellBlock own() const { return block(column_, row_); }

    CellBlock neighbour(int east, int north) const
    {
        return block(moved(column_, east), moved(row_, north));
    }

    PlaceRange own_sides() const { return sides(column_, row_); }
    PlaceRange neighbour_sides(int east, int north) const
    {
        return sides(moved(column_, east), moved(row_, north));
    }

private:
    std::uint32_t moved(std::uint32_t number, int by) const
    {
        return by == 0 ? number : (number + static_cast<std::uint32_t>(by)) & (side_ - 1);
    }

    CellBlock block(std::uint32_t column, std::uint32_t row) const
    {
        return {cell_at({column << level_, row << level_}), level_};
    }

    PlaceRange sides(std::uint32_t column, std::uint32_t row) const
    {
        const auto longitude = [&](std::uint32_t number) {
            return kLongitudeMin + number * 1.0 / side_ * (kLongitudeMax - kLongitudeMin);
        };
        const auto latitude = [&](std::uint32_t number) {
            return kLatitudeMin + number * 1.0 / side_ * (kLatitudeMax - kLatitudeMin);
        };
        return {longitude(column), longitude(column + 1), latitude(row), latitude(row + 1)};
    }

    unsigned level_;
    std::uint32_t side_;
    std::uint32_t column_;
    std::uint32_t row_;
};

/// Whether the four neighbours reach as far as the shape. They do not where the center is near a
/// side of its square, the shape is wide, or the numbers go around.
bool reaches(const Grid& grid, const PlaceRange& shape)
{
    return grid.neighbour_sides(0, 1).north >= shape.north &&
           grid.neighbour_sides(0, -1).south <= shape.south &&
           grid.neighbour_sides(1, 0).east >= shape.east &&
           grid.neighbour_sides(-1, 0).west <= shape.west;
}

}  // namespace

RedisCells::RedisCells(const Shape& shape)
{
    const Place center = center_of(shape);
    choose(center, sides_of(shape), steps_for(center, reach_of(shape)));
}

RedisCells::RedisCells(const Polygon& polygon)
{
    choose(polygon.center(), polygon.bounds(), steps_for(polygon.center(), polygon.reach_m()));
}

void RedisCells::choose(Place center, const PlaceRange& wanted, unsigned steps)
{
    Grid grid{steps, center};
    if (steps > 1 && !reaches(grid, wanted)) grid = Grid{--steps, center};

    // What lies within the own square needs no neighbour on that side.
    const PlaceRange own = grid.own_sides();
    const bool all = steps < 2;
    const bool south = all || !(own.south < wanted.south),
               north = all || !(own.north > wanted.north);
    const bool west = all || !(own.west < wanted.west), east = all || !(own.east > wanted.east);
    add(grid.own());
    if (north) add(grid.neighbour(0, 1));
    if (south) add(grid.neighbour(0, -1));
    if (east) add(grid.neighbour(1, 0));
    if (west) add(grid.neighbour(-1, 0));
    if (north && east) add(grid.neighbour(1, 1));
    if (north && west) add(grid.neighbour(-1, 1));
    if (south && east) add(grid.neighbour(1, -1));
    if (south && west) add(grid.neighbour(-1, -1));
}

/// Each once: where there are few squares, a neighbour may be one on several sides.
void RedisCells::add(CellBlock block)
{
    const auto end = blocks_.begin() + static_cast<std::ptrdiff_t>(count_);
    if (std::find(blocks_.begin(), end, block) == end) blocks_[count_++] = block;
}

std::size_t RedisCells::order_of(std::uint64_t cell) const
{
    std::size_t order = 0;
    while (order < count_ && (cell < blocks_[order].first || cell >= blocks_[order].end())) ++order;
    return order;
}

}  // namespace store
