#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace store {

/// A double as ZADD, GEOADD and their like read it: everything strtod takes (decimal, hexadecimal,
/// "inf", "infinity", a plus), but no NaN, nothing before or behind, and nothing that overflows or
/// becomes zero only because it is too small. nullopt for anything else.
std::optional<double> parse_double(std::string_view text);

/// Whether a number that can be read is written in decimal, without spaces before it.
bool is_plain_number(std::string_view text);

/// A double as the bounds of ZRANGEBYSCORE are read, which is looser: spaces in front are skipped,
/// a text without anything is 0, and what overflows is infinite. nullopt for NaN and trailing text.
std::optional<double> parse_bound(std::string_view text);

/// As parse_double, in the precision of INCRBYFLOAT. nullopt also for 5,120 bytes or more.
std::optional<long double> parse_long_double(std::string_view text);

/// A long double as INCRBYFLOAT replies it: up to 17 digits behind the point, no trailing zeros, no
/// exponent, never "-0".
std::string format_long_double(long double value);

/// A number's text without an allocation. Converts to std::string_view; dies with its owner.
class NumberText
{
public:
    NumberText() = default;

    /// REQUIRES text.size() <= kCapacity.
    explicit NumberText(std::string_view text);

    operator std::string_view() const { return {bytes_.data(), size_}; }
    friend bool operator==(const NumberText& text, std::string_view other)
    {
        return std::string_view{text} == other;
    }

    static constexpr std::size_t kCapacity = 47;

private:
    std::array<char, kCapacity> bytes_;
    std::uint8_t size_ = 0;
};

/// A longitude or latitude as GEOPOS prints it: as format_long_double. REQUIRES |degrees| < 10^18.
NumberText format_coordinate(double degrees);

/// A distance as GEODIST prints it: four digits behind the point. Rounded as Redis 7.2 does, the
/// product with 10,000 to the nearest even integer; 7.0 rounds the exact value, which differs only
/// for the rarest ties. REQUIRES |distance| < 9 * 10^14.
NumberText format_distance(double distance);

/// The shortest digits that read back as the value, without an exponent, if it has up to six digits
/// behind the point and is below 10^9; nullopt for others, and for zero. Cheaper than
/// std::to_chars.
std::optional<NumberText> format_few_decimals(double value);

}  // namespace store
