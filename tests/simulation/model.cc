#include "tests/simulation/model.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <tuple>
#include <utility>

#include "tests/simulation/expected_text.h"

namespace tests {

namespace {

constexpr auto kNil = "$-1\r\n";
constexpr auto kNoOrder = "ERR no such order";
constexpr auto kNoAssignment =
    "WRONGTYPE The order's key holds a hash that is not an ASSIGN record";
constexpr auto kNotAnInteger = "ERR value is not an integer or out of range";
constexpr auto kNoMember = "ERR could not decode requested zset member";
constexpr auto kStaleToken =
    "STALETOKEN This token is not the one of the order's current reservation";
constexpr auto kWrongState = "ERR the order's state does not allow this, see ASSIGN.GET";
constexpr auto kLockLost =
    "LOCKLOST The driver's lock or availability was lost, the order goes on without him";

template <class Container, class Value>
bool has(const Container& container, const Value& value)
{
    return std::find(container.begin(), container.end(), value) != container.end();
}

std::string without_prefix(const std::string& member)
{
    return member.substr(member.find(':') + 1);
}

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// A number if the whole text is one, otherwise 0.
double number_or_0(const std::string& text)
{
    char* end = nullptr;
    const double number = std::strtod(text.c_str(), &end);
    return !text.empty() && *end == '\0' ? number : 0;
}

template <class Map>
void erase_ended(Map& map, Milliseconds now)
{
    std::erase_if(map, [&](const auto& entry) {
        return entry.second.ends_at && *entry.second.ends_at <= now;
    });
}

}  // namespace

std::string City::lock_of(const std::string& driver) const
{
    return lock_before + without_prefix(driver) + lock_after;
}

bool is_inside(const Search& search, store::Place place)
{
    if (!search.is_box) return store::distance_m(search.center, place) <= search.radius_m;
    const double north_south = store::kEarthRadiusM * std::numbers::pi / 180 *
                               std::abs(place.latitude - search.center.latitude);
    const double east_west = store::distance_m({search.center.longitude, place.latitude}, place);
    return north_south <= search.height_m / 2 && east_west <= search.width_m / 2;
}

std::string Model::assign(const std::string& name, Search search)
{
    check_order_type(name);
    if (stands(name)) return record_text(name, orders.at(name), now);
    find_place(search);
    check_types(search);

    Order order{.search = search};
    const auto before = orders.find(name);
    if (before != orders.end()) {
        order.rejected = before->second.rejected;
        order.sequence = before->second.sequence;
    }
    auto held = choose(search, order.rejected);
    if (!held) {
        order.state = "unassigned";
        order.sequence = 0;
        publish(name, order, "unassigned");
        return kNil;
    }
    reserve(name, std::move(order), *std::move(held));
    return get(name);
}

std::optional<std::string> Model::choice(const std::string& name, Search search) const
{
    if (ruined.contains(name) || stands(name)) return std::nullopt;
    find_place(search);
    const auto before = orders.find(name);
    const auto held = choose(
        search, before == orders.end() ? std::vector<std::string>{} : before->second.rejected);
    if (!held) return std::nullopt;
    return held->driver;
}

bool Model::stands(const std::string& name) const
{
    const auto found = orders.find(name);
    return found != orders.end() && (found->second.is_open() || found->second.state == "completed");
}

std::string Model::accept(const std::string& name, std::uint64_t token)
{
    Order order = require_current(name, token);
    if (order.state == "assigned") return get(name);
    City& city = cities[order.search.city];
    check_spoiled(city.available);
    const std::string driver = order.held->driver;
    if (!owns_lock(name, *order.held) || !city.free.contains(driver)) throw Refused{kLockLost};
    city.free.erase(driver);
    order.held->expires_at = now + order.search.lock_time;
    locks[order.held->lock].ends_at = order.held->expires_at;
    order.state = "assigned";
    save(name, order, "assigned");
    return get(name);
}

std::string Model::reject(const std::string& name, std::uint64_t token)
{
    Order order = require_current(name, token);
    if (order.state != "offered") throw Refused{kWrongState};
    if (spoiled.contains(cities[order.search.city].token_key())) throw Refused{kNotAnInteger};
    order.rejected.push_back(order.held->driver);
    std::optional<Held> next;
    if (!order.search.deadline || *order.search.deadline > now) {
        check_types(order.search);
        next = choose(order.search, joined(order.tried, order.rejected));
    }
    release(name, *order.held);
    ++order.sequence;
    publish(name, order, "rejected");
    go_on(name, std::move(order), next);
    return get(name);
}

std::string Model::complete(const std::string& name)
{
    Order order = require(name);
    if (order.state == "completed") return get(name);
    if (order.state != "assigned") throw Refused{kWrongState};
    City& city = cities[order.search.city];
    check_spoiled(city.available);
    release(name, *order.held);
    city.free.insert(order.held->driver);
    order.state = "completed";
    save(name, order, "completed");
    return get(name);
}

std::string Model::cancel(const std::string& name)
{
    Order order = require(name);
    if (order.state == "cancelled") return get(name);
    City& city = cities[order.search.city];
    check_spoiled(city.available);
    if (order.is_open()) release(name, *order.held);
    if (order.state == "assigned") city.free.insert(order.held->driver);
    order.state = "cancelled";
    save(name, order, "cancelled");
    return get(name);
}

std::string Model::get(const std::string& name) const
{
    check_order_type(name);
    const auto found = orders.find(name);
    return found == orders.end() ? kNil : record_text(name, found->second, now);
}

std::string Model::pending(const std::optional<std::string>& geo, std::size_t most) const
{
    std::set<std::pair<Milliseconds, std::string>> open;
    for (const auto& [name, order] : orders) {
        if (order.state != "offered") continue;
        if (geo && cities[order.search.city].geo != *geo) continue;
        open.emplace(order.held->expires_at, name);
    }
    std::string text;
    std::size_t listed = 0;
    for (const auto& [expires_at, name] : open) {
        if (listed == most) break;
        text += record_text(name, orders.at(name), now);
        ++listed;
    }
    return "*" + std::to_string(listed) + "\r\n" + text;
}

std::vector<double> Model::distances(const City& city, store::Place center, double radius_m,
                                     std::size_t most) const
{
    std::vector<double> found;
    for (const auto& [member, cell] : city.places) {
        const double distance = store::distance_m(center, store::place_of(cell));
        if (distance <= radius_m) found.push_back(distance);
    }
    std::sort(found.begin(), found.end());
    found.resize(std::min(found.size(), most));
    return found;
}

void Model::advance(Milliseconds by)
{
    now += by;
    erase_ended(locks, now);
    erase_ended(orders, now);
    std::set<std::pair<Milliseconds, std::string>> due;
    for (const auto& [name, order] : orders)
        if (order.state == "offered" && order.held->expires_at <= now)
            due.emplace(order.held->expires_at, name);
    for (const auto& [expires_at, name] : due) run_out(name);
}

void Model::clear()
{
    for (City& city : cities) {
        city.places.clear();
        city.free.clear();
        city.last_token = 0;
    }
    sets.clear();
    ratings.clear();
    scores.clear();
    locks.clear();
    orders.clear();
    ruined.clear();
    spoiled.clear();
}

void Model::find_place(Search& search) const
{
    if (!search.from_member) return;
    const City& city = cities[search.city];
    if (spoiled.contains(city.geo) || city.places.empty()) return;
    const auto place = city.places.find(*search.from_member);
    if (place == city.places.end()) throw Refused{kNoMember};
    search.center = store::place_of(place->second);
}

void Model::check_types(const Search& search) const
{
    const City& city = cities[search.city];
    check_spoiled(city.geo);
    if (spoiled.contains(city.token_key())) throw Refused{kNotAnInteger};
    check_spoiled(city.available);
    for (const auto& key : joined(search.require, search.except)) check_spoiled(key);
}

void Model::check_order_type(const std::string& name) const
{
    const auto found = ruined.find(name);
    if (found != ruined.end())
        throw Refused{std::string{found->second ? kNoAssignment : kWrongType}};
}

void Model::check_spoiled(const std::string& key) const
{
    if (spoiled.contains(key)) throw Refused{std::string{kWrongType}};
}

Order Model::require(const std::string& name) const
{
    check_order_type(name);
    const auto found = orders.find(name);
    if (found == orders.end()) throw Refused{kNoOrder};
    return found->second;
}

Order Model::require_current(const std::string& name, std::uint64_t token) const
{
    Order order = require(name);
    if (order.token != token) throw Refused{kStaleToken};
    if (!order.is_open()) throw Refused{kWrongState};
    return order;
}

bool Model::is_candidate(const Search& search, const std::vector<std::string>& passed_over,
                         const std::string& driver) const
{
    const auto is_in = [&](const std::string& key) {
        const auto set = sets.find(key);
        return set != sets.end() && set->second.contains(driver);
    };
    const std::string lock = search.lock_before + without_prefix(driver) + search.lock_after;
    return std::all_of(search.require.begin(), search.require.end(), is_in) &&
           std::none_of(search.except.begin(), search.except.end(), is_in) &&
           !has(search.skip, driver) && !has(passed_over, driver) && !locks.contains(lock);
}

double Model::rating_of(const Search& search, const std::string& driver) const
{
    const auto& texts = search.rating_prefix ? scores : ratings;
    const auto found = texts.find(search.rating_prefix.value_or("") + driver);
    return found == texts.end() ? 0 : number_or_0(found->second);
}

std::optional<Held> Model::choose(const Search& search,
                                  const std::vector<std::string>& passed_over) const
{
    const City& city = cities[search.city];
    if (spoiled.contains(city.geo)) return std::nullopt;
    std::vector<std::tuple<double, std::uint64_t, std::string>> candidates;
    for (const auto& driver : city.free) {
        const auto place = city.places.find(driver);
        if (place == city.places.end()) continue;
        const store::Place there = store::place_of(place->second);
        if (!is_inside(search, there) || !is_candidate(search, passed_over, driver)) continue;
        candidates.emplace_back(store::distance_m(search.center, there), place->second, driver);
    }
    if (candidates.empty()) return std::nullopt;
    std::sort(candidates.begin(), candidates.end());
    auto chosen = candidates.front();
    if (search.by_rating) {
        candidates.resize(std::min(candidates.size(), search.count));
        for (const auto& candidate : candidates)
            if (rating_of(search, std::get<2>(candidate)) > rating_of(search, std::get<2>(chosen)))
                chosen = candidate;
    }
    const auto& [distance, cell, driver] = chosen;
    return Held{.driver = driver,
                .place = store::place_of(cell),
                .distance_m = distance,
                .lock = search.lock_before + without_prefix(driver) + search.lock_after,
                .expires_at = now + search.lock_time};
}

bool Model::owns_lock(const std::string& name, const Held& held) const
{
    const auto lock = locks.find(held.lock);
    return lock != locks.end() && lock->second.is_string && lock->second.value == name;
}

void Model::release(const std::string& name, const Held& held)
{
    if (owns_lock(name, held)) locks.erase(held.lock);
}

void Model::reserve(const std::string& name, Order order, Held held)
{
    City& city = cities[order.search.city];
    order.token = ++city.last_token;
    order.held = std::move(held);
    locks[order.held->lock] = Lock{.value = name, .ends_at = order.held->expires_at};
    order.state = order.search.offer ? "offered" : "assigned";
    if (!order.search.offer) city.free.erase(order.held->driver);
    save(name, order, order.state);
}

void Model::go_on(const std::string& name, Order order, const std::optional<Held>& next)
{
    if (next) return reserve(name, std::move(order), *next);
    order.held.reset();
    order.state = "unassigned";
    save(name, order, "unassigned");
}

void Model::run_out(const std::string& name)
{
    Order order = orders.at(name);
    order.tried.push_back(order.held->driver);
    std::optional<Held> next;
    try {
        check_types(order.search);
        if (!order.search.deadline || *order.search.deadline > now)
            next = choose(order.search, joined(order.tried, order.rejected));
    } catch (const Refused&) {
        // Whatever the search stands on is gone: nobody is left to ask.
    }
    release(name, *order.held);
    ++order.sequence;
    publish(name, order, "timed_out");
    go_on(name, std::move(order), next);
}

void Model::save(const std::string& name, Order& order, std::string_view event)
{
    ++order.sequence;
    order.ends_at.reset();
    if (!order.is_open()) order.ends_at = now + record_time;
    orders[name] = order;
    publish(name, order, event);
}

void Model::publish(const std::string& name, const Order& order, std::string_view event)
{
    published += event_text(name, order, event, now);
    ++event_counts[std::string{event}];
}

}  // namespace tests
