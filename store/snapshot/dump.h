#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/snapshot/rdb_format.h"
#include "store/snapshot/value_codec.h"

namespace store::snapshot {

/// What DUMP gives: the value, and what ends every dump.
std::string dump(const Entry& entry, DumpVersions versions = {});

/// Appends what ends a dump: the format's version in two bytes, and a CRC-64 of all.
void end_dump(ByteWriter& bytes, DumpVersions versions = {});

/// The bytes of a dump without its end; nothing if its version is none that is read or its checksum
/// is wrong.
std::optional<std::string_view> checked_dump(std::string_view dump, DumpVersions versions = {});

/// The value that a checked dump holds; nothing if it is damaged, or of a type unknown here.
std::optional<AnyValue> restore(std::string_view checked, const ReadLimits& limits);

}  // namespace store::snapshot
