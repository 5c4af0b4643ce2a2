#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "store/entry.h"
#include "store/snapshot/byte_reader.h"
#include "store/snapshot/byte_writer.h"

/// Values as bytes, in the format of Redis's RDB files. Written so that Redis 7.0 and later read
/// them (hashes with deadlines of fields: 7.4 and later); read as any Redis up to 8.0 writes them,
/// compact encodings included. Each type has its
/// codec in its own file here, TYPE_value.cc.
namespace store::snapshot {

/// The limits of the compact forms of what is read.
struct ReadLimits
{
    HashLimits hash;
    ListLimit list;
    SetLimits set;
    SortedSetLimits sorted_set;

    /// The same for what comes in a compact encoding: as in Redis, that is only counted, however
    /// long its texts are.
    ReadLimits by_number() const
    {
        constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
        ReadLimits limits = *this;
        limits.hash.packed_bytes = kAnyLength;
        limits.set.packed_member_bytes = kAnyLength;
        limits.sorted_set.member_bytes = kAnyLength;
        return limits;
    }
};

/// Appends the value's tag, one byte that names the type and its encoding, and its content.
void write_value(ByteWriter& out, const Entry& entry);

/// Reads what write_value() or Redis wrote. Throws FormatError for anything else, also for empty
/// collections and repeated members. Allocates no more than the bytes read can be worth.
AnyValue read_value(ByteReader& reader, const ReadLimits& limits);
/// The same for a value whose tag was read.
AnyValue read_value(ByteReader& reader, std::uint8_t tag, const ReadLimits& limits);
/// Whether there is a type here that has this tag.
bool can_read(std::uint8_t tag);

}  // namespace store::snapshot
