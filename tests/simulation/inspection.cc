#include "tests/simulation/inspection.h"

#include <fmt/format.h>

#include "protocol/reply_reader.h"
#include "store/number.h"
#include "tests/simulation/expected_text.h"

namespace tests {

namespace {

/// Whoever believes to have a driver.
struct Holders
{
    std::vector<std::string> takers;    ///< took him out of the pool
    std::vector<std::string> offering;  ///< asked him, under a lock that is theirs
    bool wanted = false;                ///< a stock client believes to have his lock
    bool odd_lock = false;              ///< somebody calls his lock by another name than the city
};

Holders holders_of(const World& world, const std::vector<StockClient>& stock_clients,
                   const City& city, const std::string& driver)
{
    Holders holders;
    for (const auto& [name, order] : world.model.orders) {
        if (!order.holds(driver)) continue;
        holders.odd_lock |= order.held->lock != city.lock_of(driver);
        if (order.state == "assigned") {
            holders.takers.push_back(name);
        } else if (const auto lock = world.model.locks.find(order.held->lock);
                   lock != world.model.locks.end() && lock->second.value == name) {
            holders.offering.push_back(name);
        }
    }
    for (const auto& client : stock_clients) {
        holders.wanted |= client.has_locked(city.lock_of(driver));
        if (client.has_taken(driver)) holders.takers.push_back("a stock client");
    }
    return holders;
}

void check_holders(World& world, const std::vector<StockClient>& stock_clients, const City& city,
                   const std::string& driver)
{
    const auto holders = holders_of(world, stock_clients, city, driver);
    const bool is_free = city.free.contains(driver);
    if (holders.takers.empty() && holders.offering.empty() && !holders.wanted) {
        world.meddled.erase(driver);
    } else if (holders.odd_lock) {
        world.meddled.insert(driver);
    }
    if (holders.takers.empty()) world.intruders.erase(driver);
    if (is_free) world.vanished.erase(driver);

    if (!world.intruders.contains(driver)) {
        if (holders.takers.size() > 1) world.fail(driver + " was given away twice");
        if (!holders.takers.empty() && is_free) world.fail(driver + " is taken and available");
        if (!world.meddled.contains(driver) && holders.takers.size() + holders.offering.size() > 1)
            world.fail(driver + " is held twice");
    }
    if (!is_free && holders.takers.empty() && !world.vanished.contains(driver))
        world.fail(driver + " was lost");
}

void check_lock_owner(World& world, const std::vector<StockClient>& stock_clients,
                      const std::string& key, const Lock& lock)
{
    if (world.locks_by_hand.contains(key)) return;
    for (const auto& client : stock_clients)
        if (client.has_locked(key)) return;
    const auto order = world.model.orders.find(lock.value);
    if (order == world.model.orders.end() || !order->second.is_open() ||
        order->second.held->lock != key)
        world.fail("nobody owns the lock " + key);
}

}  // namespace

void check_promises(World& world, const std::vector<StockClient>& stock_clients)
{
    for (std::size_t city = 0; city < 2; ++city)
        for (const auto& driver : world.drivers[city])
            check_holders(world, stock_clients, world.model.cities[city], driver);
    std::erase_if(world.locks_by_hand,
                  [&](const auto& key) { return !world.model.locks.contains(key); });
    for (const auto& [key, lock] : world.model.locks)
        check_lock_owner(world, stock_clients, key, lock);
}

void check_driver(World& world, const std::vector<StockClient>& stock_clients, std::size_t city,
                  const std::string& driver)
{
    const City& where = world.model.cities[city];
    check_holders(world, stock_clients, where, driver);
    if (!world.model.spoiled.contains(where.available)) {
        world.expect({"SISMEMBER", where.available, driver},
                     integer(where.free.contains(driver) ? 1 : 0));
    }
    const auto lock = world.model.locks.find(where.lock_of(driver));
    if (lock == world.model.locks.end()) {
        world.expect({"EXISTS", where.lock_of(driver)}, ":0\r\n");
    } else if (lock->second.is_string) {
        world.expect({"GET", lock->first}, bulk(lock->second.value));
    }
}

void Inspection::check()
{
    check_keys();
    for (const City& city : world_.model.cities) check_city(city);
    for (const auto& [key, members] : world_.model.sets) expect_members(kept_at(key), members);
    check_locks();
    check_orders();
    ++world_.tally["inspections of everything"];
}

/// Nothing is missing, and nothing is left behind.
void Inspection::check_keys()
{
    const Model& model = world_.model;
    std::set<std::string> keys;
    const auto add_if = [&](bool exists, const std::string& key) {
        if (exists) keys.insert(key);
    };
    for (const City& city : model.cities) {
        add_if(!city.places.empty(), kept_at(city.geo));
        add_if(!city.free.empty(), kept_at(city.available));
        add_if(city.last_token != 0, kept_at(city.token_key()));
    }
    for (const auto& [key, members] : model.sets) add_if(!members.empty(), kept_at(key));
    for (const auto& [key, is_aside] : model.spoiled) keys.insert(key);
    for (const auto& entry : model.ratings) keys.insert(entry.first);
    for (const auto& entry : model.scores) keys.insert(entry.first);
    for (const auto& entry : model.locks) keys.insert(entry.first);
    for (const auto& entry : model.orders) keys.insert(entry.first);
    for (const auto& entry : model.ruined) keys.insert(entry.first);

    const auto reply = protocol::read_reply(client_("KEYS", "*"));
    std::set<std::string> found;
    for (const auto& element : reply.elements) found.insert(element.text);
    for (const auto& key : found)
        if (!keys.contains(key)) world_.fail("there is a key " + key);
    for (const auto& key : keys)
        if (!found.contains(key)) world_.fail("there is no key " + key);
}

void Inspection::check_city(const City& city)
{
    std::set<std::pair<std::uint64_t, std::string>> by_cell;
    for (const auto& [member, cell] : city.places) by_cell.emplace(cell, member);
    std::vector<std::string> texts;
    for (const auto& [cell, member] : by_cell) {
        texts.push_back(member);
        texts.push_back(std::to_string(cell));
    }
    expect({"ZRANGE", kept_at(city.geo), "0", "-1", "WITHSCORES"}, bulks(texts));
    expect_members(kept_at(city.available), city.free);
    expect({"GET", kept_at(city.token_key())},
           city.last_token == 0 ? "$-1\r\n" : bulk(std::to_string(city.last_token)));
}

void Inspection::check_locks()
{
    for (const auto& [key, lock] : world_.model.locks) {
        if (lock.is_string) expect({"GET", key}, bulk(lock.value));
        expect({"PTTL", key}, integer(lock.ends_at ? *lock.ends_at - world_.model.now : -1));
    }
}

void Inspection::check_orders()
{
    for (const auto& [name, order] : world_.model.orders) {
        expect({"ASSIGN.GET", name}, record_text(name, order, world_.model.now));
        expect({"PTTL", name}, integer(order.ends_at ? *order.ends_at - world_.model.now : -1));
    }
    expect({"ASSIGN.PENDING"}, world_.model.pending({}, 1000));
}

void Inspection::expect(const Words& words, const std::string& answer)
{
    if (client_.run(std::span<const std::string>{words}) != answer)
        world_.expect(client_, words, answer);  // once more, to be seen in the report
}

void Inspection::expect_members(const std::string& key, const std::set<std::string>& members)
{
    const auto reply = protocol::read_reply(client_("SMEMBERS", key));
    std::set<std::string> found;
    for (const auto& element : reply.elements) found.insert(element.text);
    if (found != members) world_.fail("other members are in " + key);
}

std::string Inspection::kept_at(const std::string& key) const
{
    return world_.model.spoiled.contains(key) ? "aside:" + key : key;
}

}  // namespace tests
