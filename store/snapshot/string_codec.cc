#include "store/snapshot/string_codec.h"

#include <charconv>
#include <limits>

#include "ascii/integer.h"
#include "store/number.h"
#include "store/snapshot/lzf.h"

namespace store::snapshot {

namespace {

/// The upper two bits of a length's first byte say how it is written.
enum LengthMark : std::uint8_t {
    kShort = 0x00,    ///< in the other six bits
    kMedium = 0x40,   ///< in them and the next byte
    kLong32 = 0x80,   ///< in the next four bytes
    kLong64 = 0x81,   ///< in the next eight
    kSpecial = 0xc0,  ///< no length: the lower bits say which special string
};

enum Special : std::uint8_t { kInt8 = 0, kInt16 = 1, kInt32 = 2, kCompressed = 3 };

void write_big(ByteWriter& out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = size; i > 0; --i) out += static_cast<char>(value >> (8 * (i - 1)) & 0xff);
}

bool write_integer(ByteWriter& out, std::string_view text)
{
    constexpr std::size_t kLongest = 11;  // "-2147483648"
    if (text.size() > kLongest) return false;
    const auto value = ascii::parse_integer(text);
    if (!value || *value != static_cast<std::int32_t>(*value)) return false;
    std::size_t size = 4;
    Special kind = kInt32;
    if (*value == static_cast<std::int8_t>(*value)) {
        size = 1;
        kind = kInt8;
    } else if (*value == static_cast<std::int16_t>(*value)) {
        size = 2;
        kind = kInt16;
    }
    out += static_cast<char>(kSpecial | static_cast<std::uint8_t>(kind));
    write_little(out, static_cast<std::uint64_t>(*value), size);
    return true;
}

/// False, and nothing written, if that would not be shorter. Redis compresses texts from this size
/// on, too, and wants as much of it.
bool write_compressed(ByteWriter& out, std::string_view text)
{
    constexpr std::size_t kShortest = 21;
    constexpr std::size_t kLeastSaved = 4;
    if (text.size() < kShortest || text.size() > std::numeric_limits<std::uint32_t>::max())
        return false;
    const std::string compressed = compress_lzf(text);
    if (compressed.size() + kLeastSaved > text.size()) return false;
    out += static_cast<char>(kSpecial | static_cast<std::uint8_t>(kCompressed));
    write_length(out, compressed.size());
    write_length(out, text.size());
    out += compressed;
    return true;
}

std::string read_special(ByteReader& reader, std::uint8_t kind)
{
    switch (kind) {
        case kInt8: return std::to_string(reader.take_signed(1));
        case kInt16: return std::to_string(reader.take_signed(2));
        case kInt32: return std::to_string(reader.take_signed(4));
        case kCompressed: {
            const std::uint64_t compressed = read_length(reader);
            const std::uint64_t size = read_length(reader);
            return expand_lzf(reader.take(compressed), size);
        }
        default: throw FormatError{};
    }
}

}  // namespace

void write_length(ByteWriter& out, std::uint64_t length)
{
    if (length < 1 << 6) {
        out += static_cast<char>(kShort | length);
    } else if (length < 1 << 14) {
        out += static_cast<char>(kMedium | length >> 8);
        out += static_cast<char>(length & 0xff);
    } else if (length <= std::numeric_limits<std::uint32_t>::max()) {
        out += static_cast<char>(kLong32);
        write_big(out, length, 4);
    } else {
        out += static_cast<char>(kLong64);
        write_big(out, length, 8);
    }
}

void write_string(ByteWriter& out, std::string_view text)
{
    if (write_integer(out, text)) return;
    if (out.compresses() && write_compressed(out, text)) return;
    write_length(out, text.size());
    out += text;
}

std::uint64_t read_length(ByteReader& reader)
{
    const std::uint8_t first = reader.take_byte();
    switch (first & kSpecial) {
        case kShort: return first;
        case kMedium: {
            const std::uint64_t high = first & 0x3f;
            return high << 8 | reader.take_byte();
        }
        default: break;
    }
    if (first == kLong32) return reader.take_big(4);
    require(first == kLong64);
    return reader.take_big(8);
}

FileString take_string(ByteReader& reader)
{
    const std::uint8_t first = reader.peek_byte();
    if ((first & kSpecial) == kSpecial) {
        reader.take_byte();
        return FileString{read_special(reader, first & 0x3f)};
    }
    return FileString{reader.take(read_length(reader))};
}

}  // namespace store::snapshot
