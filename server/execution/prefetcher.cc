#include "server/execution/prefetcher.h"

#include <array>
#include <cstdint>

#include "protocol/lookahead.h"
#include "store/hashing.h"

namespace server {

namespace {

/// After a look that found nothing to fetch, this many times its length is passed over.
constexpr std::size_t kRest = 4;

}  // namespace

std::size_t Prefetcher::fetch(store::Keyspace& keys, std::string_view input)
{
    protocol::Lookahead lookahead;
    const auto requests = lookahead.scan(input);
    if (requests.size() < 2) return requests.size();  // nothing to do meanwhile

    // Each step reads what the step before has asked for: sixteen misses at once.
    std::array<std::uint64_t, protocol::Lookahead::kMax> hashes;
    std::array<const store::Entry*, protocol::Lookahead::kMax> entries;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        hashes[i] = store::hash_bytes(requests[i].first);
        keys.prefetch_place(hashes[i]);
    }
    bool any = false;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        entries[i] = keys.prefetch_entry(hashes[i]);
        any |= entries[i] != nullptr;
    }
    // PINGs, or keys that are missing: their like will follow, and are not worth a look at each.
    if (!any) return requests.size() * kRest;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (entries[i] == nullptr) continue;
        hashes[i] = store::hash_bytes(requests[i].last);
        entries[i]->prefetch_value(hashes[i]);
        keys.prefetch_deadline(*entries[i]);
    }
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (entries[i] != nullptr) entries[i]->prefetch_member(hashes[i]);
    return requests.size();
}

}  // namespace server
