#include "protocol/number.h"

#include <cmath>
#include <cstring>

namespace protocol {
namespace {

// Beyond this Redis does not trust the conversion to an integer.
constexpr double kMaxInteger = 4611686018427387904.0;  // 2^62

char* write_text(char* out, std::string_view text)
{
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

char* write_zeros(char* out, int count)
{
    std::memset(out, '0', static_cast<std::size_t>(count));
    return out + count;
}

// The shortest decimal that reads back as the double: 0.d1d2d3... times 10 to the power `point`.
struct Decimal
{
    char digits[24];
    int size = 0;
    int point = 0;

    std::string_view first(int count) const { return {digits, static_cast<std::size_t>(count)}; }
    std::string_view from(int start) const
    {
        return {digits + start, static_cast<std::size_t>(size - start)};
    }
};

Decimal shortest(double magnitude)
{
    // std::to_chars knows the digits; this cuts its "d.ddde+xx" apart.
    char text[kMaxDoubleSize];
    const auto [end, error] =
        std::to_chars(text, text + sizeof text, magnitude, std::chars_format::scientific);
    static_cast<void>(error);
    Decimal decimal;
    const char* at = text;
    for (; *at != 'e'; ++at) {
        if (*at != '.') decimal.digits[decimal.size++] = *at;
    }
    at += at[1] == '+' ? 2 : 1;
    int exponent = 0;
    std::from_chars(at, end, exponent);
    decimal.point = exponent + 1;
    return decimal;
}

// The layout of fpconv, the library that Redis 7.2 prints doubles with, which is neither %g's nor
// JavaScript's: an exponent is used only if the plain number would be longer by several zeros.
char* write_decimal(char* out, const Decimal& decimal)
{
    const int trailing_zeros = decimal.point - decimal.size;
    const int exponent = std::abs(decimal.point - 1);
    if (trailing_zeros >= 0 && exponent < decimal.size + 7) {
        return write_zeros(write_text(out, decimal.first(decimal.size)), trailing_zeros);
    }
    if (trailing_zeros < 0 && (trailing_zeros > -7 || exponent < 4)) {
        if (decimal.point <= 0) {
            out = write_zeros(write_text(out, "0."), -decimal.point);
            return write_text(out, decimal.first(decimal.size));
        }
        out = write_text(write_text(out, decimal.first(decimal.point)), ".");
        return write_text(out, decimal.from(decimal.point));
    }
    out = write_text(out, decimal.first(1));
    if (decimal.size > 1) out = write_text(write_text(out, "."), decimal.from(1));
    out = write_text(out, decimal.point > 0 ? "e+" : "e-");
    return write_integer(out, exponent);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text)
{
    const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
    if (digits.starts_with('0') && text.size() > 1) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
}

char* write_double(char* out, double value)
{
    if (std::isnan(value)) return write_text(out, "nan");
    if (std::isinf(value)) return write_text(out, value < 0 ? "-inf" : "inf");
    if (value == 0) return write_text(out, std::signbit(value) ? "-0" : "0");
    if (std::abs(value) <= kMaxInteger && value == std::trunc(value)) {
        return write_integer(out, static_cast<std::int64_t>(value));
    }
    if (value < 0) *out++ = '-';
    return write_decimal(out, shortest(std::abs(value)));
}

std::string format_double(double value)
{
    char text[kMaxDoubleSize];
    return {text, write_double(text, value)};
}

}  // namespace protocol
