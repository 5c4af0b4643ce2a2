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
    "WRONGTYPE The order's key holds a hash that is not an ASSIGN record: field '";
constexpr auto kNotAnInteger = "ERR value is not an integer or out of range";
constexpr auto kNoMember = "ERR could not decode requested zset member";
constexpr auto kStaleToken =
    "STALETOKEN This token is not the one of the order's current reservation";
constexpr std::string_view kLockLost = "the lock was lost";
constexpr std::string_view kDriverLeft = "the driver is no longer available";

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

Refused wrong_state(const Order& order)
{
    return Refused{"ERR the order's state does not allow this: it is " + order.state};
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
        if (!search.retry) order.rejected = before->second.rejected;
        order.sequence = before->second.sequence;
    }
    auto held = choose(search, order.rejected);
    if (!held) {
        order.state = "unassigned";
        order.sequence = 0;
        publish(name, order, "unassigned", shortage(search));
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
    const bool is_new = before == orders.end() || search.retry;
    const auto held = choose(search, is_new ? std::vector<std::string>{} : before->second.rejected);
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
    Order order = require(name, token);
    if (order.state == "assigned") return get(name);
    if (order.state != "offered") throw wrong_state(order);
    City& city = cities[order.search.city];  // the driver is in it, and locked: it is an offer
    city.free.erase(order.held->driver);
    order.held->expires_at = now + order.search.hold_time;
    locks[order.held->lock].ends_at = order.held->expires_at;
    order.state = "assigned";
    order.since = now;
    save(name, order, "assigned");
    return get(name);
}

std::string Model::reject(const std::string& name, std::uint64_t token)
{
    Order order = require(name, token);
    if (order.state != "offered") throw wrong_state(order);
    order.rejected.push_back(order.held->driver);
    const auto next = next_choice(order);
    unlock(name, *order.held);
    ++order.sequence;
    publish(name, order, "rejected", {});
    go_on(name, std::move(order), next);
    return get(name);
}

std::string Model::release(const std::string& name, Token token, const std::string& reason)
{
    Order order = require(name, token);
    if (order.state != "assigned") throw wrong_state(order);
    check_spoiled(cities[order.search.city].available);
    order.rejected.push_back(order.held->driver);
    const auto next = next_choice(order);
    free_driver(name, order);
    ++order.sequence;
    publish(name, order, "released", reason);
    go_on(name, std::move(order), next);
    return get(name);
}

std::string Model::complete(const std::string& name, Token token)
{
    Order order = require(name, token);
    if (order.state == "completed") return get(name);
    if (order.state != "assigned") throw wrong_state(order);
    check_spoiled(cities[order.search.city].available);
    free_driver(name, order);
    order.state = "completed";
    save(name, order, "completed");
    return get(name);
}

std::string Model::cancel(const std::string& name, Token token, const std::string& state)
{
    Order order = require(name, token);
    if (order.state == "cancelled" && (state.empty() || state == order.state)) return get(name);
    if (!order.is_open() && order.state != "unassigned") throw wrong_state(order);
    if (!state.empty() && state != order.state) throw wrong_state(order);
    check_spoiled(cities[order.search.city].available);
    if (order.state == "offered") unlock(name, *order.held);
    if (order.state == "assigned") free_driver(name, order);
    order.state = "cancelled";
    save(name, order, "cancelled");
    return get(name);
}

std::string Model::driver(const std::string& member, const City& city) const
{
    const auto key = city.lock_of(member);
    const auto lock = locks.find(key);
    std::string state = "free", order = kNil, token = kNil, since = kNil, left = kNil;
    if (lock != locks.end()) {
        state = "locked";
        order = bulk(lock->second.is_string ? lock->second.value : "");
        if (lock->second.ends_at) left = integer(*lock->second.ends_at - now);
        const auto holder = orders.find(lock->second.value);
        if (lock->second.is_string && holder != orders.end() && !holder->second.is_broken &&
            holder->second.is_open() && holder->second.held->lock == key) {
            state = holder->second.state;
            token = integer(static_cast<std::int64_t>(holder->second.token));
            since = integer(now - holder->second.since);
        }
    }
    return "*14\r\n" + bulk("driver") + bulk(member) + bulk("state") + bulk(state) + bulk("order") +
           order + bulk("token") + token + bulk("since_ms") + since + bulk("lock") + bulk(key) +
           bulk("expires_in_ms") + left;
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
        if (order.state != "offered" || order.is_broken) continue;
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
    std::map<std::string, Milliseconds> due;
    for (const auto& [name, order] : orders)
        if (order.is_open() && !order.is_broken && next_look(order) <= now)
            due[name] = next_look(order);
    erase_ended(locks, now);
    erase_ended(orders, now);
    std::set<std::pair<Milliseconds, std::string>> in_order;
    for (const auto& [name, moment] : due) in_order.emplace(moment, name);
    for (const auto& [moment, name] : in_order) look_after(name);
}

/// When the reservation or its lock ends.
Milliseconds Model::next_look(const Order& order) const
{
    const auto lock = locks.find(order.held->lock);
    if (lock == locks.end() || !lock->second.ends_at) return order.held->expires_at;
    return std::min(order.held->expires_at, *lock->second.ends_at);
}

void Model::settle()
{
    std::vector<std::string> names;
    for (const auto& [name, order] : orders)
        if (order.is_open()) names.push_back(name);
    for (const auto& name : names) look_after(name);
}

void Model::look_after(const std::string& name)
{
    Order& order = orders.at(name);
    if (!order.is_open() || order.is_broken) return;
    if (order.state == "offered") {
        if (const auto end = end_of_offer(name)) pass_on(name, *end);
        return;
    }
    const Held held = *order.held;
    if (held.expires_at <= now) {
        left_alone.insert(held.driver);
        unlock(name, held);
        order.state = "expired";
        Order copy = order;
        return save(name, copy, "expired");
    }
    if (order.held_driver && !locks.contains(held.lock))
        locks[held.lock] = {.value = name, .ends_at = held.expires_at};
    order.held_driver = owns_lock(name, held);
}

/// The event and the reason, if the offer is over without the driver's answer.
std::optional<Model::End> Model::end_of_offer(const std::string& name) const
{
    const Order& order = orders.at(name);
    const City& city = cities[order.search.city];
    const bool is_available = city.free.contains(order.held->driver) &&
                              !spoiled.contains(city.available) && !absent.contains(city.available);
    if (order.held->expires_at <= now) return End{"timed_out", {}};
    if (!owns_lock(name, *order.held)) return End{"lost", kLockLost};
    if (!is_available) return End{"lost", kDriverLeft};
    return std::nullopt;
}

void Model::forget(const std::string& name)
{
    const auto order = orders.find(name);
    if (order == orders.end()) return;
    if (order->second.is_open()) {
        if (order->second.state == "assigned") left_alone.insert(order->second.held->driver);
        unlock(name, *order->second.held);
    }
    orders.erase(order);
}

void Model::rename_order(const std::string& from, const std::string& to)
{
    if (from == to) return;
    forget(to);
    ruined.erase(to);
    if (const auto is_hash = ruined.extract(from)) ruined[to] = is_hash.mapped();
    auto node = orders.extract(from);
    if (!node) return;
    Order& order = node.mapped();
    if (order.is_open() && owns_lock(from, *order.held)) locks[order.held->lock].value = to;
    node.key() = to;
    orders.insert(std::move(node));
    settle();
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
    left_alone.clear();
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

void Model::check_counter(const Search& search) const
{
    if (spoiled.contains(cities[search.city].token_key())) throw Refused{kNotAnInteger};
}

void Model::check_order_type(const std::string& name) const
{
    const auto found = ruined.find(name);
    if (found != ruined.end() && !found->second) throw Refused{std::string{kWrongType}};
    if (found != ruined.end()) throw Refused{kNoAssignment + std::string{"since'"}};
    const auto order = orders.find(name);
    if (order != orders.end() && order->second.is_broken)
        throw Refused{kNoAssignment + std::string{"strategy'"}};
}

void Model::check_spoiled(const std::string& key) const
{
    if (spoiled.contains(key)) throw Refused{std::string{kWrongType}};
}

Order Model::require(const std::string& name, Token token) const
{
    check_order_type(name);
    const auto found = orders.find(name);
    if (found == orders.end()) throw Refused{kNoOrder};
    if (token && *token != found->second.token) throw Refused{kStaleToken};
    return found->second;
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
    if (spoiled.contains(city.geo) || absent.contains(city.available)) return std::nullopt;
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

void Model::unlock(const std::string& name, const Held& held)
{
    if (owns_lock(name, held)) locks.erase(held.lock);
}

/// Another's driver is left alone.
void Model::free_driver(const std::string& name, const Order& order)
{
    if (!owns_lock(name, *order.held)) {
        left_alone.insert(order.held->driver);
        return;
    }
    locks.erase(order.held->lock);
    cities[order.search.city].free.insert(order.held->driver);
}

void Model::reserve(const std::string& name, Order order, Held held)
{
    City& city = cities[order.search.city];
    const Search& search = order.search;
    tell_former_offers(name, held.lock);
    order.token = ++city.last_token;
    order.held = std::move(held);
    order.held->expires_at = now + (search.offer ? search.lock_time : search.hold_time);
    if (search.offer && search.deadline)
        order.held->expires_at = std::min(order.held->expires_at, *search.deadline);
    locks[order.held->lock] = Lock{.value = name, .ends_at = order.held->expires_at};
    order.state = search.offer ? "offered" : "assigned";
    order.since = now;
    order.held_driver = true;
    if (!search.offer) city.free.erase(order.held->driver);
    save(name, order, order.state);
}

/// Whose offers to the driver who has this lock are over, but were not looked after yet.
void Model::tell_former_offers(const std::string& name, const std::string& lock)
{
    for (auto& [former, order] : orders) {
        const bool is_offer = order.state == "offered" && !order.is_broken && !order.end_told;
        if (former == name || !is_offer || order.held->lock != lock) continue;
        const auto end = end_of_offer(former);
        if (!end) continue;
        ++order.sequence;
        order.end_told = true;
        publish(former, order, end->event, end->reason);
    }
}

void Model::go_on(const std::string& name, Order order, const std::optional<Held>& next,
                  std::string_view why)
{
    if (next) return reserve(name, std::move(order), *next);
    order.held.reset();
    order.state = "unassigned";
    const bool is_late = order.search.deadline && *order.search.deadline <= now;
    if (why.empty()) why = is_late ? "the deadline has passed" : shortage(order.search);
    save(name, order, "unassigned", why);
}

/// Who is asked next, or nobody; refused if the keys do not allow to say.
std::optional<Held> Model::next_choice(const Order& order) const
{
    check_counter(order.search);
    if (order.search.deadline && *order.search.deadline <= now) return std::nullopt;
    check_types(order.search);
    return choose(order.search, joined(order.tried, order.rejected));
}

void Model::pass_on(const std::string& name, const End& end)
{
    Order order = orders.at(name);
    order.tried.push_back(order.held->driver);
    std::optional<Held> next;
    std::string_view why;
    try {
        next = next_choice(order);
    } catch (const Refused&) {
        why = "a key of the search holds another type";
    }
    unlock(name, *order.held);
    if (!std::exchange(order.end_told, false)) {
        ++order.sequence;
        publish(name, order, end.event, end.reason);
    }
    go_on(name, std::move(order), next, why);
}

/// Why the search finds no candidate.
std::string_view Model::shortage(const Search& search) const
{
    const City& city = cities[search.city];
    if (spoiled.contains(city.geo) || city.places.empty()) return "the geo key does not exist";
    if (spoiled.contains(city.available) || absent.contains(city.available) || city.free.empty())
        return "no driver is available";
    const auto is_anybody_inside = [&](const Search& there) {
        return std::any_of(city.places.begin(), city.places.end(), [&](const auto& place) {
            return is_inside(there, store::place_of(place.second));
        });
    };
    if (is_anybody_inside(search)) return "no driver in the area can be taken";
    Search swapped = search;
    std::swap(swapped.center.longitude, swapped.center.latitude);
    if (store::is_valid(swapped.center) && is_anybody_inside(swapped))
        return "no driver is in the area; are longitude and latitude swapped?";
    return "no driver is in the area";
}

void Model::save(const std::string& name, Order& order, std::string_view event,
                 std::string_view reason)
{
    ++order.sequence;
    order.ends_at.reset();
    if (!order.is_open()) order.ends_at = now + record_time;
    orders[name] = order;
    publish(name, order, event, reason);
}

void Model::publish(const std::string& name, const Order& order, std::string_view event,
                    std::string_view reason)
{
    published += event_text(name, order, event, reason, now);
    ++event_counts[std::string{event}];
}

}  // namespace tests
