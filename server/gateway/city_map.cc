#include "server/gateway/city_map.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "server/gateway/delivery.h"
#include "server/gateway/drivers.h"
#include "server/gateway/gateway.h"
#include "server/gateway/json.h"
#include "store/geo/geo.h"
#include "store/types/set.h"
#include "store/types/sorted_set.h"

namespace server::gateway {
namespace {

constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kEntriesInPart = 8192;
constexpr std::size_t kDriversInSlice = 1000;
constexpr std::size_t kMaxNames = 1000;

// Every driver's lock is looked at in one pass of so many: events tell of the orders meanwhile.
constexpr std::uint32_t kPassesForLocks = 16;

void put_number(char*& at, std::uint32_t number)
{
    for (int shift = 0; shift < 32; shift += 8) *at++ = static_cast<char>(number >> shift & 0xFFU);
}

std::int32_t millionths(double degrees)
{
    return static_cast<std::int32_t>(std::lround(degrees * 1e6));
}

}  // namespace

std::string map_message(MapKind kind, std::uint32_t count, std::span<const MapEntry> entries)
{
    std::string message(8 + entries.size() * kEntryBytes, '\0');
    char* at = message.data();
    *at++ = 1;
    *at++ = static_cast<char>(kind);
    at += 2;
    put_number(at, count);
    for (const MapEntry& entry : entries) {
        put_number(at, entry.index);
        put_number(at, static_cast<std::uint32_t>(entry.longitude_e6));
        put_number(at, static_cast<std::uint32_t>(entry.latitude_e6));
        put_number(at, static_cast<std::uint32_t>(entry.status));
    }
    return message;
}

CityMap::CityMap(Gateway& gateway, std::string city)
    : gateway_(gateway),
      city_(std::move(city)),
      geo_(geo_key(city_)),
      available_(available_key(city_))
{}

void CityMap::begin_pass()
{
    if (in_pass_) return;
    in_pass_ = true;
    cursor_ = 0;
    ++pass_;
}

// A script may be in the middle of its one moment: the next turn will do.
bool CityMap::go_on()
{
    if (!in_pass_ || gateway_.server.running_script.running) return false;
    store::Keyspace& keys = gateway_.server.databases[0];
    const auto* const geo = keys.find_if_type<store::SortedSet>(geo_);
    const auto* const available = keys.find_if_type<store::Set>(available_);
    std::size_t looked_at = 0;
    while (geo != nullptr && looked_at < kDriversInSlice) {
        cursor_ = geo->scan(cursor_, [&](const store::SortedSet::Item& item) {
            ++looked_at;
            look_at(item.member, item.score,
                    available != nullptr && available->contains(item.member));
        });
        if (cursor_ == 0) break;
    }
    if (geo != nullptr && cursor_ != 0) return true;
    end_pass();
    return false;
}

void CityMap::look_at(std::string_view member, double score, bool is_available)
{
    if (drivers_.size() >= kMaxDrivers && !by_member_.contains(member)) return;
    Driver& driver = driver_of(member);
    const bool is_new = driver.seen_in_pass == 0;
    if (is_new || (driver.shown.index + pass_) % kPassesForLocks == 0) look_at_lock(driver);
    driver.seen_in_pass = pass_;
    const store::Place place = store::place_of(store::cell_of_score(score));
    const MapStatus status = driver.held != MapStatus::Gone ? driver.held
                             : is_available                 ? MapStatus::Available
                                                            : MapStatus::Off;
    show(driver,
         {driver.shown.index, millionths(place.longitude), millionths(place.latitude), status});
}

CityMap::Driver& CityMap::driver_of(std::string_view member)
{
    const auto found = by_member_.find(member);
    if (found != by_member_.end()) return drivers_[found->second];
    const auto index = static_cast<std::uint32_t>(drivers_.size());
    Driver& driver = drivers_.emplace_back();
    driver.member = member;
    driver.shown.index = index;
    by_member_.emplace(driver.member, index);
    return driver;
}

void CityMap::look_at_lock(Driver& driver) const
{
    const std::string lock = fmt::format("agent:{}:lock", without_prefix(driver.member, "driver:"));
    driver.held = MapStatus::Gone;
    if (!gateway_.server.databases[0].holds(lock)) return;
    gateway_.commands.authenticate(true);
    const std::string_view request[] = {"ASSIGN.DRIVER", driver.member};
    const std::string_view state = state_of(gateway_.commands.run(request));
    driver.held = state == "offered" ? MapStatus::Offered
                  : state == "free"  ? MapStatus::Gone
                                     : MapStatus::Busy;
}

void CityMap::show(Driver& driver, MapEntry entry)
{
    if (driver.shown == entry) return;
    driver.shown = entry;
    changes_.push_back(entry);
}

void CityMap::order_changed(const OrderEvent& event)
{
    const auto found = by_member_.find(event.driver);
    if (event.geo != geo_ || found == by_member_.end()) return;
    using enum store::AssignmentEvent;
    Driver& driver = drivers_[found->second];
    driver.held = event.event == Offered    ? MapStatus::Offered
                  : event.event == Assigned ? MapStatus::Busy
                                            : MapStatus::Gone;
}

void CityMap::end_pass()
{
    in_pass_ = false;
    for (Driver& driver : drivers_) {
        if (driver.seen_in_pass == pass_ || driver.shown.status == MapStatus::Gone) continue;
        MapEntry gone = driver.shown;
        gone.status = MapStatus::Gone;
        show(driver, gone);
    }
    const Message message = Message::binary(
        map_message(MapKind::Changes, static_cast<std::uint32_t>(changes_.size()), changes_));
    const bool anything = !changes_.empty();
    changes_.clear();
    for (MapSocket* socket : sockets_) socket->pass_ended(anything ? &message : nullptr);
}

void CityMap::send_snapshot(WebSocket& socket) const
{
    std::vector<MapEntry> shown;
    for (const Driver& driver : drivers_)
        if (driver.shown.status != MapStatus::Gone) shown.push_back(driver.shown);
    const auto total = static_cast<std::uint32_t>(shown.size());
    socket.send(Message::binary(map_message(MapKind::SnapshotStart, total, {})));
    for (std::span<const MapEntry> rest{shown}; !rest.empty();) {
        const auto part = rest.first(std::min(rest.size(), kEntriesInPart));
        socket.send(Message::binary(
            map_message(MapKind::SnapshotPart, static_cast<std::uint32_t>(part.size()), part)));
        rest = rest.subspan(part.size());
    }
}

std::string CityMap::names(const std::vector<std::uint32_t>& indexes) const
{
    Json all = Json::object();
    for (const std::uint32_t index : indexes)
        if (index < drivers_.size()) all[std::to_string(index)] = drivers_[index].member;
    return to_text({{"type", "names"}, {"names", std::move(all)}});
}

CityMap& CityMaps::of(const std::string& city)
{
    return cities_.try_emplace(city, gateway_, city).first->second;
}

void CityMaps::order_changed(const OrderEvent& event)
{
    for (auto& [city, map] : cities_) map.order_changed(event);
}

void CityMaps::begin_pass()
{
    std::erase_if(cities_, [](const auto& city) { return !city.second.is_watched(); });
    for (auto& [city, map] : cities_) map.begin_pass();
}

bool CityMaps::go_on()
{
    bool more = false;
    for (auto& [city, map] : cities_) more |= map.go_on();
    return more;
}

void MapSocket::opened(WebSocket& socket)
{
    socket_ = &socket;
    map_.add(*this);
    map_.begin_pass();
}

void MapSocket::pass_ended(const Message* changes)
{
    if (socket_->unsent() > kMaxUnsent) {
        needs_snapshot_ = true;
        return;
    }
    if (!needs_snapshot_) {
        if (changes != nullptr) socket_->send(*changes);
        return;
    }
    if (socket_->unsent() > 0) return;
    needs_snapshot_ = false;
    map_.send_snapshot(*socket_);
}

void MapSocket::received(std::string_view text)
{
    const Json message = Json::parse(text, nullptr, false);
    if (!message.is_object()) return;
    const auto type = message.find("type");
    const auto wanted = message.find("indexes");
    if (type == message.end() || *type != "names") return;
    if (wanted == message.end() || !wanted->is_array()) return;
    std::vector<std::uint32_t> indexes;
    for (const Json& index : *wanted) {
        if (indexes.size() == kMaxNames || !index.is_number_unsigned()) break;
        indexes.push_back(index.get<std::uint32_t>());
    }
    socket_->send(Message::text(map_.names(indexes)));
}

}  // namespace server::gateway
