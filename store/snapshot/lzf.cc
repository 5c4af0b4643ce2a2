#include "store/snapshot/lzf.h"

#include "store/snapshot/byte_reader.h"

namespace store::snapshot {

/// Each step is a mark: below 32 that many bytes and one more as they are; else, in its upper three
/// bits, the length of a repetition less two (7: a byte more follows), and below how far back it
/// lies.
std::string expand_lzf(std::string_view compressed, std::uint64_t size)
{
    constexpr std::uint64_t kLongestRepetition = 264;  // of three bytes
    require(size / kLongestRepetition <= compressed.size());
    ByteReader reader{compressed};
    std::string text;
    text.reserve(size);
    while (reader.remaining() > 0) {
        const std::size_t mark = reader.take_byte();
        if (mark < 32) {
            text += reader.take(mark + 1);
        } else {
            std::size_t length = mark >> 5;
            if (length == 7) length += reader.take_byte();
            const std::size_t distance = ((mark & 0x1f) << 8 | reader.take_byte()) + 1;
            require(distance <= text.size());
            // Byte by byte: it may repeat what it has just written.
            for (std::size_t from = text.size() - distance, end = from + length + 2; from < end;
                 ++from)
                text += text[from];
        }
        require(text.size() <= size);
    }
    require(text.size() == size);
    return text;
}

}  // namespace store::snapshot
