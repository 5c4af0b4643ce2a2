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
    std::vector<std::string> takers;    ///< orders that took them out of the pool, and hold them
    std::vector<std::string> offering;  ///< asked them, under a lock that is theirs
    bool with_stock = false;            ///< a stock client took them out of the pool
    bool wanted = false;                ///< a stock client believes to have their lock
    bool robbed = false;                ///< an order has them whose lock was overwritten by hand
    bool odd_lock = false;              ///< an order calls their lock by another name than the city

    std::size_t count_takers() const { return takers.size() + (with_stock ? 1 : 0); }
    bool any() const { return count_takers() != 0 || !offering.empty() || wanted || robbed; }
};

Holders holders_of(const World& world, const std::vector<StockClient>& stock_clients,
                   const City& city, const std::string& driver)
{
    Holders holders;
    for (const auto& [name, order] : world.model.orders) {
        if (!order.holds(driver)) continue;
        holders.odd_lock |= order.held->lock != city.lock_of(driver);
        if (!world.model.owns_lock(name, *order.held)) {
            holders.robbed |= order.state == "assigned";
        } else if (order.state == "assigned") {
            holders.takers.push_back(name);
        } else {
            holders.offering.push_back(name);
        }
    }
    for (const auto& client : stock_clients) {
        holders.wanted |= client.has_locked(city.lock_of(driver));
        holders.with_stock |= client.has_taken(driver);
    }
    return holders;
}

/// A stock client's lock may end in the middle of a tour, so an app that says "available" then, or
/// another city that lists the driver, leads to a second order. ASSIGN's does not.
void check_not_twice(World& world, const Holders& holders, const std::string& driver)
{
    const bool is_excused = world.meddled.contains(driver);
    if (holders.takers.size() > 1 && !is_excused) world.fail(driver + " was given away twice");
    if (holders.with_stock &&
        (world.intruders.contains(driver) || world.shared_drivers.contains(driver)))
        return;
    if (holders.count_takers() > 1 && !is_excused) world.fail(driver + " was given away twice");
    if (holders.count_takers() + holders.offering.size() > 1 && !is_excused)
        world.fail(driver + " is held twice");
}

void check_holders(World& world, const std::vector<StockClient>& stock_clients, const City& city,
                   const std::string& driver)
{
    const auto holders = holders_of(world, stock_clients, city, driver);
    const bool is_free = city.free.contains(driver);
    if (!holders.any()) {
        world.meddled.erase(driver);
    } else if (holders.odd_lock || holders.robbed) {
        world.meddled.insert(driver);
    }
    if (!holders.any()) world.intruders.erase(driver);
    if (is_free) world.vanished.erase(driver);
    if (is_free) world.model.left_alone.erase(driver);

    check_not_twice(world, holders, driver);
    const bool may_be_both = world.intruders.contains(driver) ||
                             world.shared_drivers.contains(driver) ||
                             world.meddled.contains(driver);
    if (holders.count_takers() > 0 && is_free && !may_be_both)
        world.fail(driver + " is taken and available");
    // A driver whom two cities list may have left one of them: they are not lost.
    const bool is_away = world.shared_drivers.contains(driver) || world.vanished.contains(driver) ||
                         world.model.left_alone.contains(driver);
    if (!is_free && holders.count_takers() == 0 && !holders.robbed && !is_away)
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
