#include "store/snapshot/value_codec.h"

#include <bit>
#include <cmath>
#include <optional>
#include <vector>

#include "store/number.h"
#include "store/snapshot/compact_reader.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

/// The types of RDB files that Dabba reads or writes.
enum ValueType : std::uint8_t {
    kString = 0,
    kList = 1,
    kSet = 2,
    kSortedSetOfTexts = 3,  ///< scores in decimal
    kHash = 4,
    kSortedSet = 5,  ///< scores as eight bytes
    kSetIntSet = 11,
    kSortedSetZiplist = 12,
    kHashZiplist = 13,
    kListOfZiplists = 14,
    kHashListpack = 16,
    kSortedSetListpack = 17,
    kListOfListpacks = 18,
    kSetListpack = 20,
};

// Writing

void write(std::string& out, const String& string)
{
    out += static_cast<char>(kString);
    write_string(out, string.view());
}

void write(std::string& out, const List& list)
{
    out += static_cast<char>(kList);
    write_length(out, list.size());
    list.for_each([&](std::string_view element) { write_string(out, element); });
}

void write(std::string& out, const Set& set)
{
    out += static_cast<char>(kSet);
    write_length(out, set.size());
    set.for_each([&](std::string_view member) { write_string(out, member); });
}

void write(std::string& out, const Hash& hash)
{
    out += static_cast<char>(kHash);
    write_length(out, hash.size());
    hash.for_each([&](std::string_view field, std::string_view value) {
        write_string(out, field);
        write_string(out, value);
    });
}

void write(std::string& out, const SortedSet& sorted_set)
{
    out += static_cast<char>(kSortedSet);
    write_length(out, sorted_set.size());
    for (const auto& item : sorted_set) {
        write_string(out, item.member);
        write_little(out, std::bit_cast<std::uint64_t>(item.score), sizeof item.score);
    }
}

// Reading

/// A number of elements of at least one byte each.
std::uint64_t read_count(ByteReader& reader)
{
    const std::uint64_t count = read_length(reader);
    require(count > 0 && count <= reader.remaining());
    return count;
}

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

void put_new(SortedSet& sorted_set, std::string_view member, double score)
{
    require(sorted_set.put(member, score) == SortedSet::PutResult::Added);
}

List read_list(ByteReader& reader)
{
    List list;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) list.push(List::End::Back, read_string(reader));
    return list;
}

/// A list of nodes, each of them a listpack or ziplist, or, marked as plain, one large element.
List read_list_of_compacts(ByteReader& reader, bool are_listpacks)
{
    constexpr std::uint64_t kPlain = 1;
    constexpr std::uint64_t kPacked = 2;
    List list;
    const auto push = [&](std::string_view element) { list.push(List::End::Back, element); };
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t kind = are_listpacks ? read_length(reader) : kPacked;
        require(kind == kPlain || kind == kPacked);
        const std::string node = read_string(reader);
        if (kind == kPlain) {
            push(node);
        } else if (are_listpacks) {
            for_each_in_listpack(node, push);
        } else {
            for_each_in_ziplist(node, push);
        }
    }
    require(!list.empty());
    return list;
}

Set read_set(ByteReader& reader)
{
    Set set;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string member = read_string(reader);
        if (i == 0) set.expect(member, count);
        require(set.add(member));
    }
    return set;
}

Hash read_hash(ByteReader& reader, const ReadLimits& limits)
{
    Hash hash;
    const std::uint64_t count = read_count(reader);
    hash.expect(count, limits.hash);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string field = read_string(reader);
        require(hash.set(field, read_string(reader), limits.hash));
    }
    return hash;
}

SortedSet read_sorted_set(ByteReader& reader, bool decimal)
{
    SortedSet sorted_set;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::string member = read_string(reader);
        const double score = decimal ? read_decimal_score(reader)
                                     : checked_score(std::bit_cast<double>(reader.take_little(8)));
        put_new(sorted_set, member, score);
    }
    return sorted_set;
}

/// Calls visit(first, second) for every two elements of a listpack or ziplist.
template <class Visit>
void for_each_pair(std::string_view bytes, bool is_listpack, Visit&& visit)
{
    std::optional<std::string> first;
    const auto visit_one = [&](std::string_view element) {
        if (!first) {
            first.emplace(element);
            return;
        }
        visit(*first, element);
        first.reset();
    };
    is_listpack ? for_each_in_listpack(bytes, visit_one) : for_each_in_ziplist(bytes, visit_one);
    require(!first);
}

Hash hash_of_compact(std::string_view bytes, bool is_listpack, const ReadLimits& limits)
{
    Hash hash;
    for_each_pair(bytes, is_listpack, [&](std::string_view field, std::string_view value) {
        require(hash.set(field, value, limits.hash));
    });
    require(!hash.empty());
    return hash;
}

SortedSet sorted_set_of_compact(std::string_view bytes, bool is_listpack)
{
    SortedSet sorted_set;
    for_each_pair(bytes, is_listpack, [&](std::string_view member, std::string_view score) {
        put_new(sorted_set, member, checked_score(parse_double(score)));
    });
    require(!sorted_set.empty());
    return sorted_set;
}

Set set_of_compact(std::string_view bytes, bool is_listpack)
{
    Set set;
    const auto add = [&](std::string_view member) { require(set.add(member)); };
    is_listpack ? for_each_in_listpack(bytes, add) : for_each_in_intset(bytes, add);
    require(!set.empty());
    return set;
}

}  // namespace

void write_value(std::string& out, const Entry& entry)
{
    entry.visit([&](const auto& value) { write(out, value); });
}

Value read_value(ByteReader& reader, const ReadLimits& limits)
{
    const std::uint8_t type = reader.take_byte();
    switch (type) {
        case kString: return String{read_string(reader)};
        case kList: return read_list(reader);
        case kListOfZiplists: return read_list_of_compacts(reader, false);
        case kListOfListpacks: return read_list_of_compacts(reader, true);
        case kSet: return read_set(reader);
        case kHash: return read_hash(reader, limits);
        case kSortedSet: return read_sorted_set(reader, false);
        case kSortedSetOfTexts: return read_sorted_set(reader, true);
        case kSetIntSet: return set_of_compact(read_string(reader), false);
        case kSetListpack: return set_of_compact(read_string(reader), true);
        case kHashZiplist: return hash_of_compact(read_string(reader), false, limits);
        case kHashListpack: return hash_of_compact(read_string(reader), true, limits);
        case kSortedSetZiplist: return sorted_set_of_compact(read_string(reader), false);
        case kSortedSetListpack: return sorted_set_of_compact(read_string(reader), true);
        default: throw FormatError{};
    }
}

}  // namespace store::snapshot
