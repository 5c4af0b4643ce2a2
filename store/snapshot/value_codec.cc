#include "store/snapshot/value_codec.h"

#include <algorithm>
#include <array>

namespace store::snapshot {

namespace {

template <class T>
constexpr bool reads(std::uint8_t tag)
{
    const auto& tags = TypeTraits<T>::kSnapshotTags;
    return std::find(tags.begin(), tags.end(), tag) != tags.end();
}

constexpr bool tags_are_unique()
{
    std::array<int, 256> readers{};
    any_type([&]<class T>() {
        for (const std::uint8_t tag : TypeTraits<T>::kSnapshotTags) ++readers[tag];
        return false;
    });
    return std::ranges::all_of(readers, [](int count) { return count <= 1; });
}
static_assert(tags_are_unique(), "two types claim one tag");

}  // namespace

void write_value(ByteWriter& out, const Entry& entry)
{
    entry.visit([&]<class T>(const T& value) { TypeTraits<T>::write(out, value); });
}

bool can_read(std::uint8_t tag)
{
    return any_type([&]<class T>() { return reads<T>(tag); });
}

AnyValue read_value(ByteReader& reader, const ReadLimits& limits)
{
    const std::uint8_t tag = reader.take_byte();
    return read_value(reader, tag, limits);
}

AnyValue read_value(ByteReader& reader, std::uint8_t tag, const ReadLimits& limits)
{
    AnyValue value;
    require(any_type([&]<class T>() {
        if (!reads<T>(tag)) return false;
        value = TypeTraits<T>::read(reader, tag, limits);
        return true;
    }));
    return value;
}

}  // namespace store::snapshot
