#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace protocol {

/// The most bytes that write_integer writes ("-9223372036854775808").
inline constexpr std::size_t kMaxIntegerSize = 20;

/// The most bytes that write_double writes.
inline constexpr std::size_t kMaxDoubleSize = 32;

/// Writes the decimal digits, without a terminator, and returns their end.
/// REQUIRES room for kMaxIntegerSize bytes.
inline char* write_integer(char* out, std::int64_t value)
{
    if (value < 0 || value >= 100'000'000) [[unlikely]]
        return std::to_chars(out, out + kMaxIntegerSize, value).ptr;
    // Counts, lengths and most numbers end here: a quarter of what to_chars takes.
    auto rest = static_cast<std::uint32_t>(value);
    unsigned digits = 1;
    for (std::uint32_t bound = 10; rest >= bound; bound *= 10) ++digits;
    char* at = out + digits;
    for (; rest >= 10; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
    *--at = static_cast<char>('0' + rest);
    return out + digits;
}

/// Writes a double as Redis 7.2 replies it, without a terminator, and returns its end: integers up
/// to 2^62 in full, other values as format_double says. REQUIRES room for kMaxDoubleSize bytes.
char* write_double(char* out, double value);

/// A double as Redis 7.2 replies it: few digits that read back as the same double (see to_decimal),
/// "inf",
/// "-inf", "nan", "-0"; an exponent ("1e+20", "1.5e-7") only for the very large and very small.
std::string format_double(double value);

}  // namespace protocol
