#include "store/snapshot/collection_reader.h"
#include "store/snapshot/string_codec.h"
#include "store/types/list.h"

namespace store {

using namespace snapshot;

namespace {

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

}  // namespace

void TypeTraits<List>::write(std::string& out, const List& list)
{
    out += static_cast<char>(kPlainTag);
    write_length(out, list.size());
    list.for_each([&](std::string_view element) { write_string(out, element); });
}

List TypeTraits<List>::read(ByteReader& reader, std::uint8_t tag, const ReadLimits&)
{
    if (tag == kPlainTag) return read_list(reader);
    return read_list_of_compacts(reader, tag == kListpacksTag);
}

}  // namespace store
