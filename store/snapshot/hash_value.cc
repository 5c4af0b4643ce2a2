#include "store/snapshot/collection_reader.h"
#include "store/snapshot/string_codec.h"
#include "store/types/hash.h"

namespace store {

using namespace snapshot;

namespace {

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

Hash hash_of_compact(std::string_view bytes, bool is_listpack, const ReadLimits& limits)
{
    Hash hash;
    for_each_pair(bytes, is_listpack, [&](std::string_view field, std::string_view value) {
        require(hash.set(field, value, limits.hash));
    });
    require(!hash.empty());
    return hash;
}

}  // namespace

void TypeTraits<Hash>::write(std::string& out, const Hash& hash)
{
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
    return hash_of_compact(read_string(reader), tag == kListpackTag, limits);
}

}  // namespace store
