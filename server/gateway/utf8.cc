#include "server/gateway/utf8.h"

#include <algorithm>
#include <cstddef>

namespace server::gateway {
namespace {

constexpr bool is_tail(unsigned char c) { return (c & 0xC0U) == 0x80U; }

/// How many bytes the character takes that the text begins with; 0 if it begins with none
/// (Unicode 15, table 3-7: well-formed sequences).
std::size_t length_of_first(std::string_view text)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return is_tail(byte(1)) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return second >= low && second <= high && is_tail(byte(2)) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const unsigned low = first == 0xF0 ? 0x90 : 0x80;
        const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
        return second >= low && second <= high && is_tail(byte(2)) && is_tail(byte(3)) ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string to_utf8(std::string_view bytes)
{
    const bool is_ascii =
        std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (is_ascii) return std::string{bytes};
    std::string text;
    while (!bytes.empty()) {
        const std::size_t length = length_of_first(bytes);
        text += length == 0 ? std::string_view{"\xEF\xBF\xBD"} : bytes.substr(0, length);
        bytes.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return text;
}

}  // namespace server::gateway
