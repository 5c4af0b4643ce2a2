#include <vector>

#include "ascii/integer.h"
#include "store/snapshot/collection_reader.h"
#include "store/snapshot/compact_writer.h"
#include "store/snapshot/string_codec.h"
#include "store/types/set.h"

namespace store {

using namespace snapshot;

namespace {

Set read_set(ByteReader& reader, const SetLimits& limits)
{
    Set set;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const FileString member = take_string(reader);
        if (i == 0) set.expect(member.view(), count, limits);
        require(set.add(member.view(), limits));
    }
    return set;
}

Set set_of_compact(std::string_view bytes, bool is_listpack, const SetLimits& limits)
{
    Set set{is_listpack ? Set::Encoding::Packed : Set::Encoding::IntSet};
    const auto add = [&](std::string_view member) { require(set.add(member, limits)); };
    if (is_listpack) {
        for_each_in_listpack(bytes, add);
    } else {
        for_each_in_intset(bytes, add);
    }
    require(!set.empty());
    return set;
}

void write_integers(ByteWriter& out, const Set& set)
{
    std::vector<std::int64_t> numbers;
    numbers.reserve(set.size());
    set.for_each([&](std::string_view member) {
        numbers.push_back(ascii::parse_integer(member).value_or(0));
    });
    out += static_cast<char>(TypeTraits<Set>::kIntSetTag);
    write_string(out, intset_of(numbers));
}

}  // namespace

/// A listpack is written as any large set: Redis 7.0 has none for sets.
void TypeTraits<Set>::write(ByteWriter& out, const Set& set)
{
    if (set.encoding() == Set::Encoding::IntSet && !set.empty()) return write_integers(out, set);
    out += static_cast<char>(kPlainTag);
    write_length(out, set.size());
    set.for_each([&](std::string_view member) { write_string(out, member); });
}

Set TypeTraits<Set>::read(ByteReader& reader, std::uint8_t tag, const ReadLimits& limits)
{
    if (tag == kPlainTag) return read_set(reader, limits.set);
    return set_of_compact(take_string(reader).view(), tag == kListpackTag, limits.by_number().set);
}

}  // namespace store
