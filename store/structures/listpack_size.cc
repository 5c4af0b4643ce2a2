#include "store/structures/listpack_size.h"

namespace store {

namespace {

/// A number with its encoding, without what follows it.
std::size_t integer_bytes(std::int64_t number)
{
    if (number >= 0 && number < 128) return 1;
    const auto fits = [number](int bits) {
        const std::int64_t limit = std::int64_t{1} << (bits - 1);
        return number >= -limit && number < limit;
    };
    if (fits(13)) return 2;
    if (fits(16)) return 3;
    if (fits(24)) return 4;
    return fits(32) ? 5 : 9;
}

std::size_t text_bytes(std::size_t length)
{
    const std::size_t encoding = length < 64 ? 1 : length < 4096 ? 2 : 5;
    return encoding + length;
}

/// The entry's own length, by which a listpack is walked backwards: seven bits a byte.
std::size_t back_length_bytes(std::size_t length)
{
    if (length < 128) return 1;
    if (length < 16383) return 2;
    if (length < 2097151) return 3;
    return length < 268435455 ? 4 : 5;
}

}  // namespace

std::size_t listpack_number_bytes(std::int64_t number)
{
    constexpr std::size_t kBackLength = 1;
    return integer_bytes(number) + kBackLength;
}

std::size_t listpack_text_bytes(std::size_t length)
{
    const std::size_t bytes = text_bytes(length);
    return bytes + back_length_bytes(bytes);
}

}  // namespace store
