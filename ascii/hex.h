#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ascii {

inline constexpr char kHexDigits[] = "0123456789abcdef";

/// Writes two digits for each byte, without a terminator, and returns their end. REQUIRES room.
inline char* write_hex(char* out, std::span<const std::uint8_t> bytes)
{
    for (const std::uint8_t byte : bytes) {
        *out++ = kHexDigits[byte >> 4];
        *out++ = kHexDigits[byte & 15];
    }
    return out;
}

inline std::string to_hex(std::span<const std::uint8_t> bytes)
{
    std::string digits(2 * bytes.size(), '\0');
    write_hex(digits.data(), bytes);
    return digits;
}

}  // namespace ascii
