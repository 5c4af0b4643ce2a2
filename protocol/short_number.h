#pragma once

#include <cstddef>
#include <cstdint>

namespace protocol {

/// The number of a common line such as the "3" of "*3": a few digits without a leading zero, CR and
/// one more byte, all of it there. Returns the byte behind, or nullptr for every other line; that
/// says nothing about its worth.
inline const char* read_short_number(const char* at, const char* end, std::int64_t& number)
{
    constexpr std::ptrdiff_t kMaxDigits = 5;
    const auto digit = [at](std::ptrdiff_t i) {
        return static_cast<unsigned char>(at[i]) - unsigned{'0'};
    };
    if (end - at < 3) return nullptr;
    unsigned value = digit(0);
    if (value > 9) return nullptr;
    if (at[1] == '\r') [[likely]] {
        number = value;
        return at + 3;
    }
    if (value == 0) return nullptr;
    for (std::ptrdiff_t i = 1; i < kMaxDigits && end - at >= i + 3; ++i) {
        if (digit(i) > 9) return nullptr;
        value = value * 10 + digit(i);
        if (at[i + 1] != '\r') continue;
        number = value;
        return at + i + 3;
    }
    return nullptr;
}

}  // namespace protocol
