#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/gateway/http.h"
#include "server/gateway/order_events.h"
#include "store/hashing.h"

namespace server::gateway {

class Gateway;
class MapSocket;

/// What a map shows of a driver.
enum class MapStatus : std::uint8_t { Gone, Available, Offered, Busy, Off };

/// One driver, as the map's messages have it: 16 bytes, little-endian.
struct MapEntry
{
    std::uint32_t index = 0;
    std::int32_t longitude_e6 = 0;
    std::int32_t latitude_e6 = 0;
    MapStatus status = MapStatus::Gone;

    bool operator==(const MapEntry&) const = default;
};

enum class MapKind : std::uint8_t { SnapshotStart, SnapshotPart, Changes };

/// A message of the map: version 1, the kind, two zeros, `count`, and the entries.
std::string map_message(MapKind kind, std::uint32_t count, std::span<const MapEntry> entries);

/// One city, looked at once a second while somebody watches: what has changed since is one message
/// to all. A pass over the drivers is done in slices, so that orders have their turns in between.
class CityMap
{
public:
    CityMap(Gateway& gateway, std::string city);

    void add(MapSocket& socket) { sockets_.insert(&socket); }
    void remove(MapSocket& socket) { sockets_.erase(&socket); }
    bool is_watched() const { return !sockets_.empty(); }

    void order_changed(const OrderEvent& event);

    /// Begins a pass, unless one is going on.
    void begin_pass();
    /// Does a slice of it. True if there is more.
    bool go_on();

    void send_snapshot(WebSocket& socket) const;
    /// {"type":"names","names":{"17":"driver:D17"}} for the indexes that exist.
    std::string names(const std::vector<std::uint32_t>& indexes) const;

    static constexpr std::size_t kMaxDrivers = 200'000;

private:
    struct Driver
    {
        std::string member;
        MapEntry shown;
        MapStatus held = MapStatus::Gone;  ///< Offered or Busy by an order; Gone: by none
        std::uint32_t seen_in_pass = 0;
    };
    struct Hash
    {
        std::size_t operator()(std::string_view key) const { return store::hash_bytes(key); }
    };

    void look_at(std::string_view member, double score, bool is_available);
    Driver& driver_of(std::string_view member);
    void look_at_lock(Driver& driver) const;
    void show(Driver& driver, MapEntry entry);
    void end_pass();

    Gateway& gateway_;
    const std::string city_;
    const std::string geo_;
    const std::string available_;
    std::set<MapSocket*> sockets_;
    std::deque<Driver> drivers_;  ///< by index; one that is gone keeps its place
    std::unordered_map<std::string_view, std::uint32_t, Hash> by_member_;
    std::vector<MapEntry> changes_;
    std::uint64_t cursor_ = 0;
    std::uint32_t pass_ = 0;
    bool in_pass_ = false;
};

/// All cities that are watched.
class CityMaps
{
public:
    explicit CityMaps(Gateway& gateway) : gateway_(gateway) {}

    CityMap& of(const std::string& city);
    void order_changed(const OrderEvent& event);
    /// Once a second: a new pass over each. Cities that nobody watches are forgotten.
    void begin_pass();
    /// True if there is more to do at once.
    bool go_on();

private:
    Gateway& gateway_;
    std::map<std::string, CityMap, std::less<>> cities_;
};

/// One reader of a map.
class MapSocket final : public SocketListener
{
public:
    explicit MapSocket(CityMap& map) : map_(map) {}
    ~MapSocket() override { map_.remove(*this); }

    void opened(WebSocket& socket) override;
    void received(std::string_view text) override;
    void closed() override { map_.remove(*this); }

    /// The first pass after opening ends with a snapshot; later ones with what has changed. A slow
    /// reader is left out, and has a new snapshot when it has taken everything.
    void pass_ended(const Message* changes);

private:
    static constexpr std::size_t kMaxUnsent = 1024 * 1024;

    CityMap& map_;
    WebSocket* socket_ = nullptr;
    bool needs_snapshot_ = true;
};

}  // namespace server::gateway
