#include "store/snapshot/compact_reader.h"

namespace store::snapshot {

CompactElement take_listpack_element(ByteReader& reader)
{
    const std::uint8_t mark = reader.take_byte();
    if (mark < 0x80) return std::int64_t{mark};
    if (mark < 0xc0) return reader.take(mark & 0x3f);
    if (mark < 0xe0) {  // 13 bits, signed
        const std::int64_t value = (mark & 0x1f) << 8 | reader.take_byte();
        return value < 1 << 12 ? value : value - (1 << 13);
    }
    if (mark < 0xf0) {
        const std::uint64_t size =
            static_cast<std::uint64_t>(mark & 0x0f) << 8 | reader.take_byte();
        return reader.take(size);
    }
    switch (mark) {
        case 0xf0: return reader.take(reader.take_little(4));
        case 0xf1: return reader.take_signed(2);
        case 0xf2: return reader.take_signed(3);
        case 0xf3: return reader.take_signed(4);
        case 0xf4: return reader.take_signed(8);
        default: throw FormatError{};
    }
}

std::size_t listpack_back_length_size(std::size_t size)
{
    // Redis's own steps: one short of what so many times seven bits could hold.
    std::size_t bytes = 1;
    if (size > 127) bytes = 2;
    for (std::size_t step : {16383, 2097151, 268435455}) bytes += size >= step ? 1 : 0;
    return bytes;
}

void skip_listpack_back_length(ByteReader& reader, std::size_t size)
{
    reader.take(listpack_back_length_size(size));
}

CompactElement take_ziplist_element(ByteReader& reader)
{
    constexpr std::uint8_t kLongPrevious = 0xfe;
    if (reader.take_byte() == kLongPrevious) reader.take(4);
    const std::uint8_t mark = reader.take_byte();
    switch (mark >> 6) {
        case 0: return reader.take(mark & 0x3f);
        case 1: {
            const std::uint64_t high = mark & 0x3f;
            return reader.take(high << 8 | reader.take_byte());
        }
        case 2: return reader.take(reader.take_big(4));
        default: break;
    }
    switch (mark) {
        case 0xc0: return reader.take_signed(2);
        case 0xd0: return reader.take_signed(4);
        case 0xe0: return reader.take_signed(8);
        case 0xf0: return reader.take_signed(3);
        case 0xfe: return reader.take_signed(1);
        default: break;
    }
    require(mark >= 0xf1 && mark <= 0xfd);
    return std::int64_t{mark & 0x0f} - 1;
}

}  // namespace store::snapshot
