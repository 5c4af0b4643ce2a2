#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>
#include <string>
#include <vector>

#include "ascii/integer.h"
#include "store/snapshot/collection_reader.h"
#include "store/snapshot/compact_writer.h"
#include "store/snapshot/string_codec.h"
#include "store/types/hash.h"

namespace store {

using namespace snapshot;

namespace {

/// The pairs of a hash that is made at once when all were read: in one allocation if it is small.
class GatheredPairs
{
public:
    explicit GatheredPairs(std::size_t expected) { pairs_.reserve(expected); }

    void add(std::string_view field, std::string_view value)
    {
        pairs_.push_back({kept(field), kept(value)});
    }

    /// No field may come twice.
    Hash to_hash(const HashLimits& limits)
    {
        std::pmr::vector<std::string_view> fields{&memory_};
        fields.reserve(pairs_.size());
        for (const Hash::Pair& pair : pairs_) fields.push_back(pair.field);
        std::sort(fields.begin(), fields.end());
        require(std::adjacent_find(fields.begin(), fields.end()) == fields.end());
        return Hash::of(pairs_, limits);
    }

private:
    std::string_view kept(std::string_view text)
    {
        if (text.empty()) return {};
        auto* const copy = static_cast<char*>(memory_.allocate(text.size(), 1));
        std::copy(text.begin(), text.end(), copy);
        return {copy, text.size()};
    }

    std::array<std::byte, 4096> first_memory_;
    std::pmr::monotonic_buffer_resource memory_{first_memory_.data(), first_memory_.size()};
    std::pmr::vector<Hash::Pair> pairs_{&memory_};
};

Hash read_hash(ByteReader& reader, const ReadLimits& limits)
{
    const std::uint64_t count = read_count(reader);
    if (count <= limits.hash.packed) {
        GatheredPairs pairs{count};
        for (std::uint64_t i = 0; i < count; ++i) {
            const FileString field = take_string(reader);
            pairs.add(field.view(), take_string(reader).view());
        }
        return pairs.to_hash(limits.hash);
    }
    Hash hash;
    hash.expect(count, limits.hash);
    for (std::uint64_t i = 0; i < count; ++i) {
        const FileString field = take_string(reader);
        require(hash.set(field.view(), take_string(reader).view(), limits.hash));
    }
    return hash;
}

Hash hash_of_compact(std::string_view bytes, bool is_listpack, const HashLimits& limits)
{
    constexpr std::size_t kUsualFields = 16;
    GatheredPairs pairs{kUsualFields};
    for_each_pair(bytes, is_listpack,
                  [&](std::string_view field, std::string_view value) { pairs.add(field, value); });
    Hash hash = pairs.to_hash(limits);
    require(!hash.empty());
    return hash;
}

/// Milliseconds since 1970, as late as Redis lets a field end.
Deadline deadline_of(std::uint64_t ms)
{
    require(ms < std::uint64_t{1} << 46);
    return Deadline{std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

void add_field(Hash& hash, std::string_view field, std::string_view value, std::uint64_t ends_at,
               const ReadLimits& limits)
{
    require(hash.set(field, value, limits.hash));
    if (ends_at != 0) hash.set_deadline(field, deadline_of(ends_at));
}

Hash read_timed_hash(ByteReader& reader, const ReadLimits& limits)
{
    Hash hash;
    const std::uint64_t first = reader.take_little(8);
    require(first < std::uint64_t{1} << 46);
    const std::uint64_t count = read_count(reader);
    hash.expect(count, limits.hash);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t later = read_length(reader);
        require(later < std::uint64_t{1} << 46);
        const FileString field = take_string(reader);
        add_field(hash, field.view(), take_string(reader).view(),
                  later == 0 ? 0 : first + later - 1, limits);
    }
    return hash;
}

/// Fields, values and deadlines in turn; a deadline of 0 is none.
Hash hash_of_timed_listpack(std::string_view bytes, const ReadLimits& limits)
{
    Hash hash;
    hash.expect_deadlines();
    std::vector<std::string> texts;
    for_each_in_listpack(bytes, [&](std::string_view text) {
        texts.emplace_back(text);
        if (texts.size() < 3) return;
        const auto ends_at = ascii::parse_integer(texts[2]);
        require(ends_at && *ends_at >= 0);
        add_field(hash, texts[0], texts[1], static_cast<std::uint64_t>(*ends_at), limits);
        texts.clear();
    });
    require(!hash.empty() && texts.empty());
    return hash;
}

/// As Redis 7.4 and later: the earliest deadline, then before each field how much later its own is,
/// counted from 1, or 0 if it has none.
void write_timed(ByteWriter& out, const Hash& hash, Deadline first)
{
    out += static_cast<char>(TypeTraits<Hash>::kTimedTag);
    write_little(out, static_cast<std::uint64_t>(first.time_since_epoch().count()), 8);
    write_length(out, hash.size());
    hash.for_each([&](std::string_view field, std::string_view value) {
        const auto deadline = hash.deadline(field);
        write_length(out,
                     deadline ? static_cast<std::uint64_t>((*deadline - first).count()) + 1 : 0);
        write_string(out, field);
        write_string(out, value);
    });
}

void write_packed(ByteWriter& out, const Hash& hash)
{
    ListpackWriter listpack;
    hash.for_each([&](std::string_view field, std::string_view value) {
        listpack.add(field);
        listpack.add(value);
    });
    out += static_cast<char>(TypeTraits<Hash>::kListpackTag);
    write_string(out, listpack.finish());
}

}  // namespace

void TypeTraits<Hash>::write(ByteWriter& out, const Hash& hash)
{
    if (const auto first = hash.next_deadline()) return write_timed(out, hash, *first);
    if (hash.encoding() == Hash::Encoding::Packed) return write_packed(out, hash);
    out += static_cast<char>(kPlainTag);
    write_length(out, hash.size());
    hash.for_each([&](std::string_view field, std::string_view value) {
        write_string(out, field);
        write_string(out, value);
    });
}

Hash TypeTraits<Hash>::read(ByteReader& reader, std::uint8_t tag, const ReadLimits& limits)
{
    if (tag == kPlainTag) return read_hash(reader, limits);
    if (tag == kTimedTag) return read_timed_hash(reader, limits);
    if (tag == kTimedListpackTag) {
        reader.take_little(8);  // the earliest of the deadlines
        return hash_of_timed_listpack(take_string(reader).view(), limits);
    }
    return hash_of_compact(take_string(reader).view(), tag == kListpackTag,
                           limits.by_number().hash);
}

}  // namespace store
