#include "protocol/number_format.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "protocol/decimal.h"

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

// The layout of fpconv, the library that Redis 7.2 prints doubles with, which is neither %g's nor
// JavaScript's: an exponent is used only if the plain number would be longer by several zeros.
char* write_decimal(char* out, const Decimal& decimal)
{
    const std::string_view digits{decimal.digits, static_cast<std::size_t>(decimal.size)};
    const int point = decimal.size + decimal.exponent;  // digits in front of the point
    const int power = std::abs(point - 1);
    if (decimal.exponent >= 0 && power < decimal.size + 7) {
        return write_zeros(write_text(out, digits), decimal.exponent);
    }
    if (decimal.exponent < 0 && (decimal.exponent > -7 || power < 4)) {
        if (point <= 0) return write_text(write_zeros(write_text(out, "0."), -point), digits);
        const auto whole = static_cast<std::size_t>(point);
        out = write_text(write_text(out, digits.substr(0, whole)), ".");
        return write_text(out, digits.substr(whole));
    }
    *out++ = digits[0];
    if (digits.size() > 1) out = write_text(write_text(out, "."), digits.substr(1));
    out = write_text(out, point > 0 ? "e+" : "e-");
    return write_integer(out, power);
}

}  // namespace

char* write_double(char* out, double value)
{
    if (std::isnan(value)) return write_text(out, "nan");
    if (std::isinf(value)) return write_text(out, value < 0 ? "-inf" : "inf");
    if (value == 0) return write_text(out, std::signbit(value) ? "-0" : "0");
    if (std::abs(value) <= kMaxInteger && value == std::trunc(value)) {
        return write_integer(out, static_cast<std::int64_t>(value));
    }
    if (value < 0) *out++ = '-';
    return write_decimal(out, to_decimal(std::abs(value)));
}

std::string format_double(double value)
{
    char text[kMaxDoubleSize];
    return {text, write_double(text, value)};
}

}  // namespace protocol
