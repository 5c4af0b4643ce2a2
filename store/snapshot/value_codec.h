#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "store/entry.h"
#include "store/snapshot/byte_reader.h"

/// Values as bytes, in the format of Redis's RDB files. Written so that Redis 7.0 and later read
/// them; read as any Redis up to 7.2 writes them, compact encodings included.
namespace store::snapshot {

// One of the types that a key can hold.
using Value = std::variant<String, List, Set, SortedSet, Hash>;

/// The limits of the compact forms of what is read.
struct ReadLimits
{
    Hash::Limits hash;
};

/// Appends the value's type, one byte, and its content.
void write_value(std::string& out, const Entry& entry);

/// Reads what write_value() or Redis wrote. Throws FormatError for anything else, also for empty
/// collections and repeated members. Allocates no more than the bytes read can be worth.
Value read_value(ByteReader& reader, const ReadLimits& limits);

}  // namespace store::snapshot
