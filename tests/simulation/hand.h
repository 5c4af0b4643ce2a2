#pragma once

#include <string>

#include "tests/simulation/stock_client.h"
#include "tests/simulation/world.h"

namespace tests {

/// Everything else that happens to the keys: drivers who move, leave and return, and people who
/// touch by hand what they should not. Each function is one step.
class Hand
{
public:
    Hand(World& world, std::vector<StockClient>& stock_clients)
        : world_(world), stock_clients_(stock_clients)
    {}

    void move_driver();
    /// A driver leaves the map, the pool or both.
    void vanish();
    /// A driver who is on no tour is back, and available.
    void come_back();
    /// A driver's app says that they are available, in the middle of a tour or of an offer.
    void intrude();
    /// A lock is deleted, replaced, made to last or shortened.
    void touch_lock();
    void change_sets();
    void change_ratings();
    /// A key is put aside, and holds something else for a while.
    void spoil_key();
    void mend_key();
    /// An order's key is deleted or put to another use.
    void ruin_order();
    void mend_order();
    void rename_order();
    /// A field of a record gets a value that it cannot have, and loses it again.
    void break_record();
    void mend_record();
    void flush();

private:
    bool is_stock_lock(const std::string& key) const;
    bool is_on_tour(const std::string& driver) const;
    bool is_spoiled(const std::string& key) const { return world_.model.spoiled.contains(key); }
    void remove_available(City& city, const std::string& driver);

    World& world_;
    std::vector<StockClient>& stock_clients_;
};

}  // namespace tests
