#include "tests/simulation/hand.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/simulation/expected_text.h"

namespace tests {

void Hand::move_driver()
{
    const std::size_t index = world_.some_city();
    City& city = world_.model.cities[index];
    if (is_spoiled(city.geo)) return;
    const auto& driver = world_.pick(world_.drivers[index]);
    const auto place = world_.some_place(index);
    const bool is_new = !city.places.contains(driver);
    city.places[driver] = World::kept_cell(place);
    world_.expect({"GEOADD", city.geo, fmt::format("{}", place.longitude),
                   fmt::format("{}", place.latitude), driver},
                  integer(is_new ? 1 : 0));
}

void Hand::vanish()
{
    const std::size_t index = world_.some_city();
    City& city = world_.model.cities[index];
    const auto& driver = world_.pick(world_.drivers[index]);
    if (world_.chance(70) && !is_spoiled(city.geo)) {
        const bool was_there = city.places.erase(driver) == 1;
        world_.expect({"ZREM", city.geo, driver}, integer(was_there ? 1 : 0));
    }
    if (world_.chance(70) && !is_spoiled(city.available)) remove_available(city, driver);
}

void Hand::come_back()
{
    const std::size_t index = world_.some_city();
    City& city = world_.model.cities[index];
    const auto& driver = world_.pick(world_.drivers[index]);
    if (is_spoiled(city.available) || is_on_tour(driver)) return;
    if (!city.places.contains(driver) && !is_spoiled(city.geo)) {
        const auto place = world_.some_place(index);
        city.places[driver] = World::kept_cell(place);
        world_.expect({"GEOADD", city.geo, fmt::format("{}", place.longitude),
                       fmt::format("{}", place.latitude), driver},
                      ":1\r\n");
    }
    const bool is_new = city.free.insert(driver).second;
    world_.expect({"SADD", city.available, driver}, integer(is_new ? 1 : 0));
}

void Hand::intrude()
{
    const std::size_t index = world_.some_city();
    City& city = world_.model.cities[index];
    const auto& driver = world_.pick(world_.drivers[index]);
    if (is_spoiled(city.available) || !is_on_tour(driver)) return;
    const bool is_new = city.free.insert(driver).second;
    world_.expect({"SADD", city.available, driver}, integer(is_new ? 1 : 0));
    world_.intruders.insert(driver);
    world_.model.left_alone.erase(driver);
}

void Hand::touch_lock()
{
    const std::size_t index = world_.some_city();
    const auto& driver = world_.pick(world_.drivers[index]);
    const std::string key = world_.model.cities[index].lock_of(driver);
    world_.locks_by_hand.insert(key);
    auto& locks = world_.model.locks;
    const bool exists = locks.contains(key);
    const auto time = static_cast<Milliseconds>(1 + world_.below(5000));
    switch (world_.below(5)) {
        case 0:
            if (is_stock_lock(key)) world_.meddled.insert(driver);
            locks.erase(key);
            world_.expect({"DEL", key}, integer(exists ? 1 : 0));
            break;
        case 1:
            world_.meddled.insert(driver);
            locks[key] = {.value = "order:by-hand", .ends_at = world_.model.now + time};
            world_.expect({"SET", key, "order:by-hand", "PX", std::to_string(time)}, "+OK\r\n");
            break;
        case 2:
            if (exists) return;
            locks[key] = {.value = "", .ends_at = world_.model.now + time, .is_string = false};
            world_.expect({"SADD", key, "nonsense"}, ":1\r\n");
            world_.expect({"PEXPIRE", key, std::to_string(time)}, ":1\r\n");
            break;
        case 3:
            if (is_stock_lock(key)) world_.meddled.insert(driver);
            if (exists) locks[key].ends_at = world_.model.now + time;
            world_.expect({"PEXPIRE", key, std::to_string(time)}, integer(exists ? 1 : 0));
            break;
        default:
            if (!exists || !locks[key].ends_at) return;
            locks[key].ends_at.reset();
            world_.expect({"PERSIST", key}, ":1\r\n");
            break;
    }
    world_.model.settle();
}

/// Whether a stock client believes to have this lock: nobody puts it back.
bool Hand::is_stock_lock(const std::string& key) const
{
    return std::any_of(stock_clients_.begin(), stock_clients_.end(),
                       [&](const StockClient& client) { return client.has_locked(key); });
}

void Hand::change_sets()
{
    const std::string key = world_.chance(50) ? "drivers:bike" : "drivers:new";
    if (is_spoiled(key)) return;
    auto& members = world_.model.sets[key];
    const auto& driver = world_.pick(world_.drivers[world_.some_city()]);
    if (world_.chance(key == "drivers:bike" ? 70 : 30)) {
        world_.expect({"SADD", key, driver}, integer(members.insert(driver).second ? 1 : 0));
    } else {
        world_.expect({"SREM", key, driver}, integer(members.erase(driver) == 1 ? 1 : 0));
    }
}

void Hand::change_ratings()
{
    constexpr std::array<const char*, 7> kTexts{"5", "4.9", "4.9", "4.5", "-1", "excellent", "4,9"};
    const auto& driver = world_.pick(world_.drivers[world_.some_city()]);
    const std::string text = world_.pick(kTexts);
    if (world_.chance(30)) {
        world_.model.scores["score:" + driver] = text;
        return world_.expect({"SET", "score:" + driver, text}, "+OK\r\n");
    }
    const bool is_new = world_.model.ratings.insert_or_assign(driver, text).second;
    world_.expect({"HSET", driver, "rating", text}, integer(is_new ? 1 : 0));
}

void Hand::spoil_key()
{
    Model& model = world_.model;
    const City& city = model.cities[world_.some_city()];
    const std::array<std::string, 5> keys{city.geo, city.available, city.token_key(),
                                          "drivers:bike", "drivers:new"};
    const std::string key = world_.pick(keys);
    if (is_spoiled(key)) return;
    const bool exists = key == city.geo           ? !city.places.empty()
                        : key == city.available   ? !city.free.empty()
                        : key == city.token_key() ? city.last_token != 0
                                                  : !model.sets[key].empty();
    if (exists) {
        model.absent.insert(key);
        model.settle();
        world_.expect({"RENAME", key, "aside:" + key}, "+OK\r\n");
        model.absent.erase(key);
    }
    model.spoiled[key] = exists;
    world_.expect({"SET", key, "mistaken"}, "+OK\r\n");
    ++world_.tally["keys spoiled"];
}

void Hand::mend_key()
{
    auto& spoiled = world_.model.spoiled;
    if (spoiled.empty()) return;
    const auto [key, is_aside] = *spoiled.begin();
    world_.expect({"DEL", key}, ":1\r\n");
    if (is_aside) world_.expect({"RENAME", "aside:" + key, key}, "+OK\r\n");
    spoiled.erase(key);
}

void Hand::ruin_order()
{
    Model& model = world_.model;
    const auto& name = world_.pick(world_.orders[world_.some_city()]);
    if (model.ruined.contains(name)) return;
    if (model.orders.contains(name)) {
        model.forget(name);
        world_.expect({"DEL", name}, ":1\r\n");
    }
    switch (world_.below(3)) {
        case 0: return;
        case 1: model.ruined[name] = false; return world_.expect({"SET", name, "42"}, "+OK\r\n");
        default:
            model.ruined[name] = true;
            return world_.expect({"HSET", name, "state", "assigned", "token", "1"}, ":2\r\n");
    }
}

void Hand::mend_order()
{
    auto& ruined = world_.model.ruined;
    if (ruined.empty()) return;
    const auto name = ruined.begin()->first;
    ruined.erase(name);
    world_.expect({"DEL", name}, ":1\r\n");
}

void Hand::rename_order()
{
    Model& model = world_.model;
    const auto& from = world_.pick(world_.orders[world_.some_city()]);
    const auto& to = world_.pick(world_.orders[world_.some_city()]);
    const Words words{"RENAME", from, to};
    const auto order = model.orders.find(from);
    if (order != model.orders.end() && order->second.is_broken) return;
    if (order == model.orders.end() && !model.ruined.contains(from))
        return world_.expect(words, "-ERR no such key\r\n");
    model.rename_order(from, to);
    world_.expect(words, "+OK\r\n");
    ++world_.tally["orders renamed"];
}

void Hand::break_record()
{
    const auto& name = world_.pick(world_.orders[world_.some_city()]);
    const auto order = world_.model.orders.find(name);
    if (order == world_.model.orders.end() || order->second.search.by_rating) return;
    const bool is_new = !std::exchange(order->second.is_broken, true);
    world_.expect({"HSET", name, "strategy", "best"}, integer(is_new ? 1 : 0));
}

void Hand::mend_record()
{
    for (auto& [name, order] : world_.model.orders) {
        if (!order.is_broken) continue;
        order.is_broken = false;
        if (order.is_open()) order.held_driver = world_.model.owns_lock(name, *order.held);
        const std::string mended = name;  // what follows may change the orders
        world_.model.settle();
        return world_.expect({"HDEL", mended, "strategy"}, ":1\r\n");
    }
}

void Hand::flush()
{
    world_.expect({"FLUSHALL"}, "+OK\r\n");
    world_.model.clear();
    world_.vanished.clear();
    world_.meddled.clear();
    world_.intruders.clear();
    world_.locks_by_hand.clear();
    for (auto& client : stock_clients_) client.reset();
    world_.populate();
    ++world_.tally["everything flushed"];
}

bool Hand::is_on_tour(const std::string& driver) const
{
    const auto has_taken = [&](const StockClient& client) { return client.has_taken(driver); };
    if (std::any_of(stock_clients_.begin(), stock_clients_.end(), has_taken)) return true;
    const auto& orders = world_.model.orders;
    return std::any_of(orders.begin(), orders.end(), [&](const auto& entry) {
        return entry.second.state == "assigned" && entry.second.holds(driver);
    });
}

void Hand::remove_available(City& city, const std::string& driver)
{
    const bool was_free = city.free.erase(driver) == 1;
    world_.expect({"SREM", city.available, driver}, integer(was_free ? 1 : 0));
    world_.vanished.insert(driver);
    world_.model.settle();
}

}  // namespace tests
