#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "store/geo/geo.h"
#include "store/geo/geo_bounds.h"
#include "store/geo/polygon.h"

namespace store {

/// The cells in which Redis looks for the members of a shape, in its order: the one that holds the
/// center, then its neighbours, those left out that cannot hold any. Each is searched by score, and
/// clients see it: it is the order of a reply without ASC or DESC, and what COUNT with
/// ANY picks. They cover most shapes, but not those across the date line or larger than a third of
/// the earth.
class RedisCells
{
public:
    explicit RedisCells(const Shape& shape);
    explicit RedisCells(const Polygon& polygon);  ///< in Valkey's order

    std::span<const CellBlock> blocks() const { return {blocks_.data(), count_}; }

    /// Which of the blocks holds the cell; blocks().size() if none does.
    std::size_t order_of(std::uint64_t cell) const;

private:
    void choose(Place center, const PlaceRange& wanted, unsigned steps);
    void add(CellBlock block);

    std::array<CellBlock, 9> blocks_;
    std::size_t count_ = 0;
};

}  // namespace store
