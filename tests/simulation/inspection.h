#pragma once

#include <string>
#include <vector>

#include "tests/simulation/stock_client.h"
#include "tests/simulation/world.h"

namespace tests {

/// The promises of ASSIGN, looked for in what everybody believes to hold: no driver twice, none
/// lost, no lock without an owner. Throws Failure.
void check_promises(World& world, const std::vector<StockClient>& stock_clients);

/// The same for one driver, who was just touched; and his availability and lock on the server.
void check_driver(World& world, const std::vector<StockClient>& stock_clients, std::size_t city,
                  const std::string& driver);

/// Everything on the server is what the model says: the keys, what they hold, and how long.
class Inspection
{
public:
    explicit Inspection(World& world) : world_(world), client_(world.dispatcher()) {}

    void check();

private:
    void check_keys();
    void check_city(const City& city);
    void check_locks();
    void check_orders();
    void expect(const Words& words, const std::string& answer);
    void expect_members(const std::string& key, const std::set<std::string>& members);
    std::string kept_at(const std::string& key) const;

    World& world_;
    Client client_;
};

}  // namespace tests
