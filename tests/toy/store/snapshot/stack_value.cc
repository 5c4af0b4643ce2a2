#include "store/snapshot/collection_reader.h"
#include "store/types/stack.h"

namespace store {

using namespace snapshot;

void TypeTraits<Stack>::write(ByteWriter& out, const Stack& stack)
{
    out += static_cast<char>(kSnapshotTags[0]);
    write_length(out, stack.size());
    stack.for_each([&](std::string_view element) { write_string(out, element); });
}

Stack TypeTraits<Stack>::read(ByteReader& reader, std::uint8_t, const ReadLimits&)
{
    Stack stack;
    const std::uint64_t count = read_count(reader);
    for (std::uint64_t i = 0; i < count; ++i) stack.push(read_string(reader));
    return stack;
}

}  // namespace store
