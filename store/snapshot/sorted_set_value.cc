#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <optional>

#include "store/number.h"
#include "store/snapshot/collection_reader.h"
#include "store/snapshot/compact_writer.h"
#include "store/snapshot/string_codec.h"
#include "store/types/sorted_set.h"

namespace store {

using namespace snapshot;

namespace {

double checked_score(std::optional<double> score)
{
    require(score && !std::isnan(*score));
    return *score;
}

double read_decimal_score(ByteReader& reader)
{
    constexpr std::uint8_t kNan = 253, kInfinite = 254, kMinusInfinite = 255;
    const std::uint8_t size = reader.take_byte();
    if (size == kInfinite) return HUGE_VAL;
    if (size == kMinusInfinite) return -HUGE_VAL;
    require(size != kNan);
    return checked_score(parse_double(reader.take(size)));
}

void put_new(SortedSet& sorted_set, std::string_view member, double score,
             const SortedSetLimits& limits)
{
    require(sorted_set.put(member, score, limits) == SortedSet::PutResult::Added);
}

SortedSet read_sorted_set(ByteReader& reader, bool decimal, const SortedSetLimits& limits)
{
    SortedSet sorted_set;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const FileString member = take_string(reader);
        const double score = decimal ? read_decimal_score(reader)
                                     : checked_score(std::bit_cast<double>(reader.take_little(8)));
        put_new(sorted_set, member.view(), score, limits);
    }
    return sorted_set;
}

SortedSet sorted_set_of_compact(std::string_view bytes, bool is_listpack,
                                const SortedSetLimits& limits)
{
    SortedSet sorted_set;
    for_each_pair(bytes, is_listpack, [&](std::string_view member, std::string_view score) {
        put_new(sorted_set, member, checked_score(parse_double(score)), limits);
    });
    require(!sorted_set.empty());
    return sorted_set;
}

/// Scores as the shortest digits that read back as the same number.
void write_packed(ByteWriter& out, const SortedSet& sorted_set)
{
    ListpackWriter listpack;
    for (const auto& item : sorted_set) {
        listpack.add(item.member);
        listpack.add(fmt::to_string(item.score));
    }
    out += static_cast<char>(TypeTraits<SortedSet>::kListpackTag);
    write_string(out, listpack.finish());
}

}  // namespace

void TypeTraits<SortedSet>::write(ByteWriter& out, const SortedSet& sorted_set)
{
    if (sorted_set.encoding() == SortedSet::Encoding::Compact) return write_packed(out, sorted_set);
    out += static_cast<char>(kPlainTag);
    write_length(out, sorted_set.size());
    for (const auto& item : sorted_set) {
        write_string(out, item.member);
        write_little(out, std::bit_cast<std::uint64_t>(item.score), sizeof item.score);
    }
}

SortedSet TypeTraits<SortedSet>::read(ByteReader& reader, std::uint8_t tag,
                                      const ReadLimits& limits)
{
    if (tag == kPlainTag || tag == kTextScoresTag)
        return read_sorted_set(reader, tag == kTextScoresTag, limits.sorted_set);
    return sorted_set_of_compact(take_string(reader).view(), tag == kListpackTag,
                                 limits.by_number().sorted_set);
}

}  // namespace store
