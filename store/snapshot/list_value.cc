#include <string>
#include <vector>

#include "store/snapshot/collection_reader.h"
#include "store/snapshot/compact_writer.h"
#include "store/snapshot/string_codec.h"
#include "store/types/list.h"

namespace store {

using namespace snapshot;

namespace {

constexpr auto kBack = List::End::Back;

constexpr std::uint64_t kPlainNode = 1;
constexpr std::uint64_t kPackedNode = 2;

List read_list(ByteReader& reader, const ListLimit& limit)
{
    List list;
    list.become_row(limit);
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) list.push(kBack, take_string(reader).view());
    return list;
}

/// The list's next node becomes a chunk, as it is a node in Redis again; what would be too large to
/// be changed quickly becomes several.
void append_node(List& list, std::string_view node, bool is_listpack)
{
    constexpr std::size_t kLargest = 64 << 10;
    List chunk;
    List& taker = node.size() <= kLargest ? chunk : list;
    const auto push = [&](std::string_view element) { taker.push(kBack, element); };
    if (is_listpack) {
        for_each_in_listpack(node, push);
    } else {
        for_each_in_ziplist(node, push);
    }
    if (!chunk.empty()) list.append_chunk(std::move(chunk));
}

/// A list of nodes, each of them a listpack or ziplist, or, marked as plain, one large element.
List read_list_of_compacts(ByteReader& reader, bool are_listpacks, const ListLimit& limit)
{
    List list;
    list.become_row(limit);
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t kind = are_listpacks ? read_length(reader) : kPackedNode;
        require(kind == kPlainNode || kind == kPackedNode);
        const FileString node = take_string(reader);
        if (kind == kPlainNode) {
            list.push(kBack, node.view());
        } else {
            append_node(list, node.view(), are_listpacks);
        }
    }
    require(!list.empty());
    return list;
}

}  // namespace

/// Nodes as large as Redis makes them; what is larger alone has one for itself.
void TypeTraits<List>::write(ByteWriter& out, const List& list)
{
    constexpr std::size_t kLargestNode = 8 << 10;
    constexpr std::size_t kOverhead = 10;  // of an element
    std::vector<std::string> nodes;
    ListpackWriter node;
    list.for_each([&](std::string_view element) {
        if (!node.empty() && node.size() + element.size() + kOverhead > kLargestNode)
            nodes.push_back(node.finish());
        node.add(element);
    });
    if (!node.empty()) nodes.push_back(node.finish());
    out += static_cast<char>(kListpacksTag);
    write_length(out, nodes.size());
    for (const std::string& packed : nodes) {
        write_length(out, kPackedNode);
        write_string(out, packed);
    }
}

List TypeTraits<List>::read(ByteReader& reader, std::uint8_t tag, const ReadLimits& limits)
{
    List list = tag == kPlainTag ? read_list(reader, limits.list)
                                 : read_list_of_compacts(reader, tag == kListpacksTag, limits.list);
    list.become_packed(limits.list);
    return list;
}

}  // namespace store
