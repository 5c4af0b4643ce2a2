#pragma once

#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace tests {

/// A dispatcher who knows nothing of ASSIGN: it runs the five stock commands, one a step, while
/// everybody else does something in between. GEORADIUS, SMEMBERS, SET NX, then SREM if its driver
/// agrees and DEL if not; a lock is deleted only if it is still its own. It does nothing on the
/// strength of a lock whose time is over.
class StockClient
{
public:
    StockClient(World& world, std::size_t city, std::string order);

    void step();

    /// True if it has taken the driver out of the pool.
    bool has_taken(const std::string& driver) const;
    /// True if the lock is one that it took.
    bool has_locked(const std::string& lock) const;
    /// All it knew is gone.
    void reset();

private:
    enum class Stage { Look, Intersect, Lock, Decide, Drive };

    void look();
    void intersect();
    void lock();
    void decide();
    void finish();
    void take();
    void release();
    void start_over();

    City& city() { return world_.model.cities[city_]; }

    World& world_;
    std::size_t city_;
    std::string order_;
    Client client_;
    Stage stage_ = Stage::Look;
    std::vector<std::string> candidates_;
    std::string driver_;
    std::string lock_;
    Milliseconds lock_ends_at_ = 0;
};

}  // namespace tests
