#include "tests/simulation/stock_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/reply_reader.h"
#include "tests/simulation/expected_text.h"

namespace tests {

StockClient::StockClient(World& world, std::size_t city, std::string order)
    : world_(world), city_(city), order_(std::move(order)), client_(world.dispatcher())
{}

void StockClient::step()
{
    switch (stage_) {
        case Stage::Look: return look();
        case Stage::Intersect: return intersect();
        case Stage::Lock: return lock();
        case Stage::Decide: return decide();
        case Stage::Drive:
            if (world_.chance(30)) finish();
            return;
    }
}

bool StockClient::has_taken(const std::string& driver) const
{
    return stage_ == Stage::Drive && driver_ == driver;
}

bool StockClient::has_locked(const std::string& lock) const
{
    return lock == lock_ && (stage_ == Stage::Decide || stage_ == Stage::Drive);
}

void StockClient::reset() { start_over(); }

void StockClient::look()
{
    const auto place = world_.some_place(city_);
    const double radius = 300 + static_cast<double>(world_.below(1500));
    const auto reply = protocol::read_reply(world_.ask(
        client_,
        {"GEORADIUS", city().geo, fmt::format("{}", place.longitude),
         fmt::format("{}", place.latitude), fmt::format("{}", radius), "m", "ASC", "COUNT", "10"}));
    if (world_.model.spoiled.contains(city().geo)) {
        if (reply.text != kWrongType) world_.fail("GEORADIUS read a geo set that is none");
        return;
    }
    // Who comes first of those who are equally far is nowhere said.
    std::vector<double> distances;
    for (const auto& element : reply.elements) {
        candidates_.push_back(element.text);
        const auto cell = city().places.find(element.text);
        if (cell == city().places.end()) world_.fail(element.text + " has no place");
        distances.push_back(store::distance_m(place, store::place_of(cell->second)));
    }
    if (distances != world_.model.distances(city(), place, radius, 10))
        world_.fail("these are not the nearest");
    if (!candidates_.empty()) stage_ = Stage::Intersect;
}

void StockClient::intersect()
{
    const auto reply = protocol::read_reply(world_.ask(client_, {"SMEMBERS", city().available}));
    if (world_.model.spoiled.contains(city().available)) {
        if (reply.text != kWrongType) world_.fail("SMEMBERS read a set that is none");
        return start_over();
    }
    std::set<std::string> free;
    for (const auto& element : reply.elements) free.insert(element.text);
    if (free != city().free) world_.fail("the available drivers are others");
    std::erase_if(candidates_, [&](const auto& member) { return !free.contains(member); });
    if (candidates_.empty()) return start_over();
    stage_ = Stage::Lock;
}

void StockClient::lock()
{
    driver_ = candidates_.front();
    candidates_.erase(candidates_.begin());
    lock_ = city().lock_of(driver_);
    auto& locks = world_.model.locks;
    const bool is_free = !locks.contains(lock_);
    const auto time = static_cast<Milliseconds>(100 + world_.below(8000));
    world_.expect(client_, {"SET", lock_, order_, "NX", "PX", std::to_string(time)},
                  is_free ? "+OK\r\n" : "$-1\r\n");
    if (!is_free) {
        if (candidates_.empty()) start_over();
        return;
    }
    lock_ends_at_ = world_.model.now + time;
    locks[lock_] = {.value = order_, .ends_at = lock_ends_at_};
    stage_ = Stage::Decide;
}

void StockClient::decide()
{
    if (world_.model.now >= lock_ends_at_ || world_.chance(30)) {
        release();
        return start_over();
    }
    take();
}

void StockClient::take()
{
    const Words request{"SREM", city().available, driver_};
    if (world_.model.spoiled.contains(city().available)) {
        world_.expect(client_, request, error(kWrongType));
        release();
        return start_over();
    }
    const bool was_free = city().free.erase(driver_) == 1;
    world_.expect(client_, request, integer(was_free ? 1 : 0));
    world_.model.settle();
    if (was_free) {
        ++world_.tally["taken by stock clients"];
        stage_ = Stage::Drive;
    } else {
        // It had looked too long ago: somebody else was faster.
        release();
        start_over();
    }
}

void StockClient::finish()
{
    const Words request{"SADD", city().available, driver_};
    if (world_.model.spoiled.contains(city().available))
        return world_.expect(client_, request, error(kWrongType));
    const bool is_new = city().free.insert(driver_).second;
    world_.expect(client_, request, integer(is_new ? 1 : 0));
    release();
    start_over();
}

/// Nobody comes between the comparison and the deletion, as if a script did both.
void StockClient::release()
{
    const auto lock = world_.model.locks.find(lock_);
    if (lock == world_.model.locks.end()) {
        world_.expect(client_, {"GET", lock_}, "$-1\r\n");
    } else if (!lock->second.is_string) {
        world_.expect(client_, {"GET", lock_}, error(kWrongType));
    } else {
        world_.expect(client_, {"GET", lock_}, bulk(lock->second.value));
        if (lock->second.value != order_) return;
        world_.expect(client_, {"DEL", lock_}, ":1\r\n");
        world_.model.locks.erase(lock);
    }
}

void StockClient::start_over()
{
    stage_ = Stage::Look;
    candidates_.clear();
    driver_.clear();
    lock_.clear();
}

}  // namespace tests
