#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "store/snapshot/byte_reader.h"
#include "store/snapshot/byte_writer.h"

/// Lengths and strings of RDB files.
namespace store::snapshot {

void write_length(ByteWriter& out, std::uint64_t length);
/// An integer that fits 32 bits is written as one; a longer text may be compressed.
void write_string(ByteWriter& out, std::string_view text);

/// A length that is not the mark of a special string.
std::uint64_t read_length(ByteReader& reader);

/// A string of a file: its bytes as they lie there, unless they were written in a shorter form.
class FileString
{
public:
    /// A view of what is read.
    explicit FileString(std::string_view plain) : plain_(plain) {}
    explicit FileString(std::string expanded) : expanded_(std::move(expanded)) {}

    std::string_view view() const { return plain_.empty() ? expanded_ : plain_; }
    std::string str() && { return plain_.empty() ? std::move(expanded_) : std::string{plain_}; }

private:
    std::string_view plain_;
    std::string expanded_;
};

/// The string lives no longer than the bytes that are read.
FileString take_string(ByteReader& reader);
inline std::string read_string(ByteReader& reader) { return take_string(reader).str(); }

/// The bytes of a number, lowest first, to a ByteWriter or a string.
template <class Out>
void write_little(Out& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace store::snapshot
