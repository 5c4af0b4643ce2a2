#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/snapshot/byte_reader.h"
#include "store/snapshot/byte_writer.h"

/// Lengths and strings of RDB files.
namespace store::snapshot {

void write_length(ByteWriter& out, std::uint64_t length);
/// An integer that fits 32 bits is written as one; a longer text may be compressed.
void write_string(ByteWriter& out, std::string_view text);

/// A length that is not the mark of a special string.
std::uint64_t read_length(ByteReader& reader);
std::string read_string(ByteReader& reader);

/// The bytes of a number, lowest first, to a ByteWriter or a string.
template <class Out>
void write_little(Out& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace store::snapshot
