#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <optional>

#include "store/geo/geo.h"

/// Bounds that a search may rely on. Each is checked against the distance as Redis computes it,
/// with all its roundings: a lower bound is never above it, an upper bound never below.
namespace store {

/// The middles of the cells of a rectangle of the map: no place filed in it is beyond them.
struct PlaceRange
{
    double west;
    double east;
    double south;
    double north;
};

/// A square of 2^level x 2^level cells whose numbers are [first, first + 4^level).
struct CellBlock
{
    std::uint64_t first;
    unsigned level;

    static constexpr unsigned kWorldLevel = 27;
    static constexpr CellBlock world() { return {0, kWorldLevel}; }

    /// The block of this level that holds the cell.
    static CellBlock around(std::uint64_t cell, unsigned level)
    {
        return {cell >> (2 * level) << (2 * level), level};
    }

    /// The smallest block that holds both cells. REQUIRES: both are below kCellEnd.
    static CellBlock around_both(std::uint64_t a, std::uint64_t b);

    std::uint64_t end() const { return first + (std::uint64_t{1} << (2 * level)); }

    /// REQUIRES: the level is not 0 (child) or that of the world (parent).
    CellBlock child(unsigned quarter) const
    {
        return {first + (std::uint64_t{quarter} << (2 * (level - 1))), level - 1};
    }
    CellBlock parent() const { return around(first, level + 1); }

    PlaceRange places() const;

    bool operator==(const CellBlock&) const = default;
};

/// Where a rectangle lies with respect to a shape. Partly means: perhaps.
enum class Overlap { Outside, Partly, Inside };

/// What can be said about distances from a shape's center without computing them as Redis does.
class ShapeBounds
{
public:
    explicit ShapeBounds(const Shape& shape);

    /// No place in the shape is farther away than this.
    double limit_m() const { return limit_m_; }

    /// No place in the range is nearer.
    double least_distance_m(const PlaceRange& range) const;

    /// The same, or nullopt if no place in the range is in the shape.
    std::optional<double> least_distance_if_touched_m(const PlaceRange& range) const;

    /// No place west, east, south or north of the range is nearer. The center need not be in it.
    double least_distance_outside_m(const PlaceRange& range) const;

    Overlap overlap(const PlaceRange& range) const;

    // Single cells near the center, up to some 500 km away: a few multiplications instead of sines.

    bool is_near(GridPoint cell) const
    {
        return std::fabs(rows_from_center(cell)) <= kNearRows &&
               std::fabs(columns_from_center(cell)) <= kNearColumns &&
               (cell.row | cell.column) < kCellsPerAxis;
    }

    /// Up to kNearRoundingRatio and kRoundingM beside the distance. REQUIRES is_near(cell).
    double near_distance_m(GridPoint cell) const;
    double least_near_distance_m(GridPoint cell) const
    {
        return near_distance_m(cell) * (1 - kNearRoundingRatio) - kRoundingM;
    }
    Overlap near_overlap(GridPoint cell) const;

    static constexpr double kNearRoundingRatio = 1e-7;
    static constexpr double kRoundingM = 1e-6;

private:
    /// A range of differences of longitude or latitude from the center: 0 <= min <= max.
    struct Difference
    {
        double min;
        double max;
    };
    Difference latitude_difference(const PlaceRange& range) const;
    Difference longitude_difference(const PlaceRange& range) const;
    double cosine_of_latitude(double latitude) const;
    double least_cosine(const PlaceRange& range) const;
    double greatest_cosine(const PlaceRange& range) const;

    /// Half of the angles between the center and the middle of a cell, in radians.
    double half_latitude_angle(GridPoint cell) const
    {
        return rows_from_center(cell) * kHalfRadiansPerRow;
    }
    double half_longitude_angle(GridPoint cell) const
    {
        return columns_from_center(cell) * kHalfRadiansPerColumn;
    }
    double near_latitude_cosine(double half_angle) const;

    double rows_from_center(GridPoint cell) const { return cell.row - center_row_; }
    double columns_from_center(GridPoint cell) const
    {
        // The shorter way around the earth.
        const double columns = cell.column - center_column_;
        if (columns > kCellsPerAxis / 2) return columns - kCellsPerAxis;
        return columns < -kCellsPerAxis / 2 ? columns + kCellsPerAxis : columns;
    }

    static constexpr double kDegreesPerRow = (kLatitudeMax - kLatitudeMin) / kCellsPerAxis;
    static constexpr double kDegreesPerColumn = (kLongitudeMax - kLongitudeMin) / kCellsPerAxis;
    static constexpr double kHalfRadiansPerRow = kDegreesPerRow * std::numbers::pi / 360;
    static constexpr double kHalfRadiansPerColumn = kDegreesPerColumn * std::numbers::pi / 360;
    static constexpr double kNearDegrees = 5;
    static constexpr double kNearRows = kNearDegrees / kDegreesPerRow;
    static constexpr double kNearColumns = kNearDegrees / kDegreesPerColumn;
    Overlap box_overlap(Difference latitude, Difference longitude, double least_cosine,
                        double greatest_cosine) const;

    bool is_box_;
    Place center_;
    double center_row_;  ///< of the cell whose middle the center would be: a fraction
    double center_column_;
    double latitude_cosine_;
    double latitude_sine_;
    double limit_m_;
    double half_width_m_ = 0;
    double half_height_m_ = 0;
};

}  // namespace store
