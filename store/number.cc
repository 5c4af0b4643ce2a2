#include "store/number.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace store {
namespace {

__extension__ using Wide = unsigned __int128;

// Redis's MAX_LONG_DOUBLE_CHARS: room for the longest long double with 17 digits behind its point.
constexpr std::size_t kMaxLongDoubleSize = 5 * 1024;

constexpr int kCoordinateDigits = 17;
constexpr std::uint64_t kCoordinateScale = 100'000'000'000'000'000;  // 10^17
constexpr int kDistanceDigits = 4;
constexpr std::int64_t kDistanceScale = 10'000;

// The longest text of digits that cannot overflow 64 bits, and the powers of ten up to there.
constexpr std::size_t kMaxShortDigits = 18;
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
constexpr std::uint64_t kMaxExactInteger = std::uint64_t{1} << 53;

constexpr int kFewDecimals = 6;
constexpr double kFewDecimalsScale = 1e6;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// What most numbers are: few digits, perhaps a point, no exponent. The digits as one integer and
// the power of ten are exact doubles, so that their quotient is rounded only once, as it should be.
std::optional<double> parse_short(std::string_view text)
{
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > kMaxShortDigits + 1 || !is_digit(text.front()))
        return std::nullopt;
    std::uint64_t digits = 0;
    std::size_t point = text.size() - 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_digit(text[i])) {
            digits = digits * 10 + static_cast<std::uint64_t>(text[i] - '0');
        } else if (text[i] == '.' && point == text.size() - 1) {
            point = i;
        } else {
            return std::nullopt;
        }
    }
    if (digits > kMaxExactInteger) return std::nullopt;
    const double value = static_cast<double>(digits) / kPowersOfTen[text.size() - 1 - point];
    return negative ? -value : value;
}

// std::from_chars is several times faster than strtod and rounds alike. It is asked only for what
// both read the same way; every doubt is left to strtod.
std::optional<double> parse_plain(std::string_view text)
{
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.empty() || !is_digit(digits[0])) return std::nullopt;
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    // Zero and what is nearly zero may have been too small: strtod says.
    if (error != std::errc{} || stop != end || !std::isnormal(value)) return std::nullopt;
    return value;
}

// Calls strtod or strtold on the text, which needs a terminator. Nothing may be in front or behind.
template <class Number>
std::optional<Number> parse_all(std::string_view text, Number (*parse)(const char*, char**))
{
    if (text.empty() || is_space(text.front())) return std::nullopt;
    char small[128];
    std::string large;
    const char* begin = small;
    if (text.size() < sizeof small) {
        std::memcpy(small, text.data(), text.size());
        small[text.size()] = '\0';
    } else {
        large = text;
        begin = large.c_str();
    }
    char* stop = nullptr;
    errno = 0;
    const Number value = parse(begin, &stop);
    if (stop != begin + text.size() || std::isnan(value)) return std::nullopt;
    // Redis compares with the double's infinity for long doubles, too.
    const bool out_of_range = errno == ERANGE && (std::isinf(value) || value == 0);
    if (out_of_range) return std::nullopt;
    return value;
}

// The digits of a whole number and, behind a point, of a fraction with leading zeros.
NumberText fixed_point(bool negative, std::uint64_t whole, std::uint64_t fraction, int places)
{
    char text[NumberText::kCapacity];
    char* at = text;
    if (negative) *at++ = '-';
    at = std::to_chars(at, std::end(text), whole).ptr;
    *at++ = '.';
    for (int place = places - 1; place >= 0; --place) {
        at[place] = static_cast<char>('0' + fraction % 10);
        fraction /= 10;
    }
    return NumberText{{text, static_cast<std::size_t>(at + places - text)}};
}

// "12.500" -> "12.5", "12.000" -> "12", "-0.000" -> "0": what Redis calls the human form.
std::string_view without_zeros(std::string_view text)
{
    if (text.find('.') != text.npos) {
        text.remove_suffix(text.size() - 1 - text.find_last_not_of('0'));
        if (text.ends_with('.')) text.remove_suffix(1);
    }
    return text == "-0" ? "0" : text;
}

}  // namespace

NumberText::NumberText(std::string_view text) : size_(static_cast<std::uint8_t>(text.size()))
{
    assert(text.size() <= kCapacity);
    std::copy(text.begin(), text.end(), bytes_.begin());
}

std::optional<double> parse_double(std::string_view text)
{
    if (const auto value = parse_short(text)) return value;
    if (const auto value = parse_plain(text)) return value;
    return parse_all<double>(text, std::strtod);
}

bool is_plain_number(std::string_view text)
{
    constexpr std::string_view kSpaces = " \t\n\v\f\r";
    const bool begins_with_space = !text.empty() && kSpaces.find(text[0]) != kSpaces.npos;
    return !begins_with_space && text.find_first_of("xX") == text.npos;
}

std::optional<double> parse_bound(std::string_view text)
{
    // Redis gives the bytes to strtod, which stops at a NUL.
    const std::string copy{text.substr(0, text.find('\0'))};
    char* stop = nullptr;
    const double value = std::strtod(copy.c_str(), &stop);
    if (*stop != '\0' || std::isnan(value)) return std::nullopt;
    return value;
}

std::optional<long double> parse_long_double(std::string_view text)
{
    if (text.size() >= kMaxLongDoubleSize) return std::nullopt;
    return parse_all<long double>(text, std::strtold);
}

std::string format_long_double(long double value)
{
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    char text[kMaxLongDoubleSize];
    const int size = std::snprintf(text, sizeof text, "%.*Lf", kCoordinateDigits, value);
    return std::string{without_zeros({text, static_cast<std::size_t>(size)})};
}

// printf would do, but takes most of the time of a geo search's reply: this is exact in integers.
NumberText format_coordinate(double degrees)
{
    assert(std::abs(degrees) < 1e18);
    const double magnitude = std::abs(degrees);
    auto whole = static_cast<std::uint64_t>(magnitude);
    // fraction = significand / 2^shift, and the significand has 53 bits at most.
    int exponent = 0;
    const double significand =
        std::frexp(magnitude - static_cast<double>(whole), &exponent) * 0x1p53;
    const int shift = 53 - exponent;
    std::uint64_t fraction = 0;
    if (significand != 0 && shift < 128) {
        const Wide scaled = Wide{static_cast<std::uint64_t>(significand)} * kCoordinateScale;
        const Wide rest = scaled & ((Wide{1} << shift) - 1);
        const Wide half = Wide{1} << (shift - 1);
        fraction = static_cast<std::uint64_t>(scaled >> shift);
        if (rest > half || (rest == half && fraction % 2 == 1)) ++fraction;
        if (fraction == kCoordinateScale) {
            fraction = 0;
            ++whole;
        }
    }
    return NumberText{
        without_zeros(fixed_point(std::signbit(degrees), whole, fraction, kCoordinateDigits))};
}

NumberText format_distance(double distance)
{
    assert(std::abs(distance) < 9e14);
    const auto scaled = std::llrint(distance * kDistanceScale);
    const auto magnitude = static_cast<std::uint64_t>(std::abs(scaled));
    return fixed_point(scaled < 0, magnitude / kDistanceScale, magnitude % kDistanceScale,
                       kDistanceDigits);
}

// Up to 15 digits name different doubles, so that the only such text that reads back as the value
// is the shortest.
std::optional<NumberText> format_few_decimals(double value)
{
    constexpr double kMaxScaled = 1e15;
    const double scaled = std::nearbyint(value * kFewDecimalsScale);
    if (!(std::abs(scaled) < kMaxScaled) || scaled == 0 || scaled / kFewDecimalsScale != value)
        return std::nullopt;
    const auto magnitude = static_cast<std::uint64_t>(std::abs(scaled));
    constexpr auto kScale = static_cast<std::uint64_t>(kFewDecimalsScale);
    return NumberText{without_zeros(
        fixed_point(value < 0, magnitude / kScale, magnitude % kScale, kFewDecimals))};
}

}  // namespace store
