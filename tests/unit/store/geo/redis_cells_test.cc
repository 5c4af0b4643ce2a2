#include "store/geo/redis_cells.h"

#include <catch2/catch.hpp>

using store::Box;
using store::CellBlock;
using store::Circle;
using store::RedisCells;

TEST_CASE("the first cell is the one around the center, and no cell comes twice")
{
    for (const double longitude : {-180.0, -179.9, -77.0, 0.0, 0.01, 12.5, 179.9, 180.0}) {
        for (const double latitude : {-85.0, -67.0, 0.0, 0.01, 45.0, 81.0, 85.05}) {
            for (const double radius : {0.0, 1.0, 5000.0, 4e5, 6e6, 3e7}) {
                const RedisCells cells{Circle{{longitude, latitude}, radius}};
                const auto blocks = cells.blocks();
                REQUIRE(!blocks.empty());
                REQUIRE(cells.order_of(store::cell_of({longitude, latitude})) == 0);
                for (std::size_t i = 0; i < blocks.size(); ++i) {
                    REQUIRE(blocks[i].level == blocks[0].level);
                    REQUIRE(cells.order_of(blocks[i].first) == i);
                }
            }
        }
    }
}

TEST_CASE("neighbours on a side that the shape does not reach are left out")
{
    // Just north-east of a corner of the grid: what lies north and east is the own square's.
    const auto corner = store::place_of(CellBlock::around(store::cell_of({12.5, 41.9}), 11).first);
    CHECK(RedisCells{Circle{corner, 150}}.blocks().size() == 4);
    CHECK(RedisCells{Box{corner, 200, 200}}.blocks().size() == 4);
}

TEST_CASE("what no cell holds comes last")
{
    const RedisCells cells{Circle{{12.5, 41.9}, 100}};
    CHECK(cells.order_of(store::cell_of({-12.5, 41.9})) == cells.blocks().size());
}
