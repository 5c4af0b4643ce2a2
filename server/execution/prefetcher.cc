#include "server/execution/prefetcher.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "store/hashing.h"

namespace server {

namespace {

using protocol::RequestBatch;

/// What is known of one request's key.
struct Place
{
    std::uint64_t hash = 0;  ///< of the key, then of the member
    const store::Entry* entry = nullptr;
    bool is_first = true;  ///< the request before it names another key
};
using Places = std::array<Place, RequestBatch::kMax>;

std::string_view key_of(RequestBatch::Request request)
{
    return request.size() < 2 ? std::string_view{} : request[1];
}

/// A field stands behind its key (HSET key field value), and a member at the end (ZADD key score
/// member).
std::string_view member_of(RequestBatch::Request request, const store::Entry& entry)
{
    const bool is_field = entry.type() == store::kTypeOf<store::Hash> && request.size() > 2;
    return is_field ? request[2] : request.back();
}

}  // namespace

/// Each step reads what the step before has asked for: sixteen misses at once. False if there was
/// nothing worth it: PINGs, keys that are missing, one list. Their like will follow.
bool Prefetcher::fetch(const store::Keyspace& keys, const RequestBatch& batch)
{
    Places places;
    const std::size_t size = batch.size();
    for (std::size_t i = 0; i < size; ++i) {
        const std::string_view key = key_of(batch[i]);
        places[i].is_first = i == 0 || key != key_of(batch[i - 1]);
        if (!places[i].is_first) continue;
        places[i].hash = store::hash_bytes(key);
        keys.prefetch_place(places[i].hash);
    }
    int entries = 0;
    for (std::size_t i = 0; i < size; ++i) {
        Place& place = places[i];
        place.entry = place.is_first ? keys.prefetch_entry(place.hash) : places[i - 1].entry;
        entries += place.is_first && place.entry != nullptr ? 1 : 0;
    }
    bool any_members = false;
    for (std::size_t i = 0; i < size; ++i) {
        const Place& place = places[i];
        if (place.entry == nullptr) continue;
        const bool has_members = place.entry->has_members();
        if (has_members) places[i].hash = store::hash_bytes(member_of(batch[i], *place.entry));
        if (has_members || place.is_first) place.entry->prefetch_value(place.hash);
        if (place.is_first) keys.prefetch_deadline(*place.entry);
        any_members |= has_members;
    }
    if (!any_members) return entries > 1;
    for (std::size_t i = 0; i < size; ++i)
        if (places[i].entry != nullptr) places[i].entry->prefetch_member(places[i].hash);
    return true;
}

}  // namespace server
