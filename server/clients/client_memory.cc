#include "server/clients/client_memory.h"

#include <algorithm>
#include <bit>
#include <charconv>

namespace server {
namespace {

// Less would lock out every client, the one that could mend it among them.
constexpr std::size_t kMinLimit = 128 * 1024;

// What a connection costs beside its session, as 500 idle ones are measured in used_memory.
constexpr std::size_t kConnection = 900;

// The first bucket holds what is below 1 << 15.
constexpr int kBitsInFirstBucket = 15;

}  // namespace

std::size_t transaction_bytes(const Session& session)
{
    return session.transaction.queue.bytes() + session.watched_bytes;
}

std::size_t client_bytes(const Session& session)
{
    std::size_t bytes = sizeof(Session) + transaction_bytes(session) + session.waiting_bytes;
    bytes += session.subscriptions.bytes + session.pushes.capacity();
    bytes += session.name.size() + session.library_name.size() + session.library_version.size();
    if (session.peer == nullptr) return bytes + session.output.capacity();
    const Peer& peer = *session.peer;
    return bytes + kConnection + peer.query_bytes() + peer.query_room() + peer.reply_room();
}

std::size_t max_client_bytes(const Options& options)
{
    const std::string& text = options.max_memory_clients;
    std::uint64_t amount = 0;
    std::from_chars(text.data(), text.data() + text.size(), amount);
    if (text.ends_with('%')) {
        const double part = static_cast<double>(amount) / 100;
        amount = static_cast<std::uint64_t>(static_cast<double>(options.max_memory) * part);
    }
    return amount == 0 ? kNoClientLimit : std::max<std::size_t>(amount, kMinLimit);
}

void ClientMemory::add(Session& session)
{
    buckets_[0].push_front(&session);
    session.in_bucket = {.index = 0, .place = buckets_[0].begin()};
}

void ClientMemory::remove(Session& session)
{
    const auto& [index, place] = session.in_bucket;
    buckets_[index].erase(place);
    bytes_ -= session.counted_bytes;
    session.counted_bytes = 0;
}

void ClientMemory::update(Session& session)
{
    bytes_ -= session.counted_bytes;
    session.counted_bytes = session.evicted ? 0 : client_bytes(session);
    bytes_ += session.counted_bytes;

    auto& [index, place] = session.in_bucket;
    const std::size_t bucket = bucket_of(session);
    if (bucket == index) return;
    buckets_[bucket].splice(buckets_[bucket].end(), buckets_[index], place);
    index = bucket;
}

std::size_t ClientMemory::bucket_of(const Session& session)
{
    if (session.no_evict || session.evicted || session.peer == nullptr) return kNotEvictable;
    const int bits = std::bit_width(session.counted_bytes);
    const auto bucket = static_cast<std::size_t>(std::max(bits - kBitsInFirstBucket, 0));
    return std::min(bucket, kNotEvictable - 1);
}

Session* ClientMemory::largest() const
{
    for (std::size_t bucket = kNotEvictable; bucket-- > 0;)
        if (!buckets_[bucket].empty()) return buckets_[bucket].front();
    return nullptr;
}

}  // namespace server
