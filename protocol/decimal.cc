#include "protocol/decimal.h"

#include <array>
#include <bit>

namespace protocol {
namespace {

__extension__ using Wide = unsigned __int128;

// A positive number: significand times 2 to the power `exponent`.
struct Float
{
    std::uint64_t significand;
    int exponent;
};

// 10^-348, 10^-340, ... 10^340: significands of 64 bits, rounded.
constexpr int kFirstPower = -348;
constexpr int kPowerStep = 8;
constexpr int kPowers = 87;
constexpr std::uint64_t kSignificands[kPowers] = {
    0xfa8fd5a0081c0288, 0xbaaee17fa23ebf76, 0x8b16fb203055ac76, 0xcf42894a5dce35ea,
    0x9a6bb0aa55653b2d, 0xe61acf033d1a45df, 0xab70fe17c79ac6ca, 0xff77b1fcbebcdc4f,
    0xbe5691ef416bd60c, 0x8dd01fad907ffc3c, 0xd3515c2831559a83, 0x9d71ac8fada6c9b5,
    0xea9c227723ee8bcb, 0xaecc49914078536d, 0x823c12795db6ce57, 0xc21094364dfb5637,
    0x9096ea6f3848984f, 0xd77485cb25823ac7, 0xa086cfcd97bf97f4, 0xef340a98172aace5,
    0xb23867fb2a35b28e, 0x84c8d4dfd2c63f3b, 0xc5dd44271ad3cdba, 0x936b9fcebb25c996,
    0xdbac6c247d62a584, 0xa3ab66580d5fdaf6, 0xf3e2f893dec3f126, 0xb5b5ada8aaff80b8,
    0x87625f056c7c4a8b, 0xc9bcff6034c13053, 0x964e858c91ba2655, 0xdff9772470297ebd,
    0xa6dfbd9fb8e5b88f, 0xf8a95fcf88747d94, 0xb94470938fa89bcf, 0x8a08f0f8bf0f156b,
    0xcdb02555653131b6, 0x993fe2c6d07b7fac, 0xe45c10c42a2b3b06, 0xaa242499697392d3,
    0xfd87b5f28300ca0e, 0xbce5086492111aeb, 0x8cbccc096f5088cc, 0xd1b71758e219652c,
    0x9c40000000000000, 0xe8d4a51000000000, 0xad78ebc5ac620000, 0x813f3978f8940984,
    0xc097ce7bc90715b3, 0x8f7e32ce7bea5c70, 0xd5d238a4abe98068, 0x9f4f2726179a2245,
    0xed63a231d4c4fb27, 0xb0de65388cc8ada8, 0x83c7088e1aab65db, 0xc45d1df942711d9a,
    0x924d692ca61be758, 0xda01ee641a708dea, 0xa26da3999aef774a, 0xf209787bb47d6b85,
    0xb454e4a179dd1877, 0x865b86925b9bc5c2, 0xc83553c5c8965d3d, 0x952ab45cfa97a0b3,
    0xde469fbd99a05fe3, 0xa59bc234db398c25, 0xf6c69a72a3989f5c, 0xb7dcbf5354e9bece,
    0x88fcf317f22241e2, 0xcc20ce9bd35c78a5, 0x98165af37b2153df, 0xe2a0b5dc971f303a,
    0xa8d9d1535ce3b396, 0xfb9b7cd9a4a7443c, 0xbb764c4ca7a44410, 0x8bab8eefb6409c1a,
    0xd01fef10a657842c, 0x9b10a4e5e9913129, 0xe7109bfba19c0c9d, 0xac2820d9623bf429,
    0x80444b5e7aa7cf85, 0xbf21e44003acdd2d, 0x8e679c2f5e44ff8f, 0xd433179d9c8cb841,
    0x9e19db92b4e31ba9, 0xeb96bf6ebadf77d9, 0xaf87023b9bf0ee6b,
};

// The product with such a power has an exponent from -60 to -32: its integer part fits in 32 bits
// and its fraction leaves room to multiply by ten.
constexpr int kMinExponent = -60;
constexpr int kMaxExponent = -32;

constexpr auto kPowersOfTen = [] {
    std::array<std::uint64_t, 20> powers{};
    std::uint64_t power = 1;
    for (auto& each : powers) {
        each = power;
        power *= 10;
    }
    return powers;
}();

constexpr int kIntegerDigits = 10;  // of a 32-bit integer part

// The exponent of 10^power in the table: floor(power * log2(10)) - 63, in integers.
constexpr int exponent_of(int power) { return ((power * 1741647) >> 19) - 63; }

Float normalized(Float number)
{
    const int shift = std::countl_zero(number.significand);
    return {number.significand << shift, number.exponent - shift};
}

Float product(Float a, Float b)
{
    const Wide full = Wide{a.significand} * b.significand;
    const auto rounded = (full + (Wide{1} << 63)) >> 64;
    return {static_cast<std::uint64_t>(rounded), a.exponent + b.exponent + 64};
}

// Often two powers would do, and the digits may depend on which one is taken: this is fpconv's way.
int choose_power(int exponent)
{
    const auto guess = static_cast<int>(-(exponent + kPowers) * 0.30102999566398114);
    int index = (guess - kFirstPower) / kPowerStep;
    while (true) {
        const int power = kFirstPower + index * kPowerStep;
        const int result = exponent + exponent_of(power) + 64;
        if (result < kMinExponent) {
            ++index;
        } else if (result > kMaxExponent) {
            --index;
        } else {
            return power;
        }
    }
}

// The digits come from the upper end of the interval. This walks the last one down while it brings
// the decimal closer to the double: `above` is how far the decimal is below the upper end, `wanted`
// how far the double is, `width` how far the decimal may be, `unit` what one step is worth.
void approach(char& digit, std::uint64_t above, std::uint64_t wanted, std::uint64_t width,
              std::uint64_t unit)
{
    while (above < wanted && width - above >= unit &&
           (above + unit < wanted || wanted - above > above + unit - wanted)) {
        --digit;
        above += unit;
    }
}

// A double and the ends of the interval whose every decimal reads back as it, all with the same
// exponent and scaled by 10 to the power `power`.
struct Interval
{
    std::uint64_t lower;
    std::uint64_t middle;
    std::uint64_t upper;
    int exponent;
    int power;
};

Float exact(double value)
{
    constexpr int kStoredBits = 52;
    constexpr std::uint64_t kHiddenBit = std::uint64_t{1} << kStoredBits;
    constexpr int kBias = 1023 + kStoredBits;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto stored = bits & (kHiddenBit - 1);
    const auto exponent = static_cast<int>(bits >> kStoredBits & 0x7ff);
    if (exponent == 0) return {stored, 1 - kBias};  // a denormal number
    return {stored + kHiddenBit, exponent - kBias};
}

Interval interval_around(double value)
{
    const Float number = exact(value);
    // The ends are the middles to the neighbours; below a power of two the neighbour is closer.
    const int shift = number.significand == std::uint64_t{1} << 52 ? 2 : 1;
    const Float upper = normalized({number.significand * 2 + 1, number.exponent - 1});
    const Float lower{((number.significand << shift) - 1)
                          << (number.exponent - shift - upper.exponent),
                      upper.exponent};

    const int power = choose_power(upper.exponent);
    const Float scale{kSignificands[(power - kFirstPower) / kPowerStep], exponent_of(power)};
    const Float scaled = product(upper, scale);
    // The products are rounded: one step inwards the interval is certain again.
    return {product(lower, scale).significand + 1, product(normalized(number), scale).significand,
            scaled.significand - 1, scaled.exponent, power};
}

void add_digit(Decimal& decimal, std::uint64_t digit)
{
    if (digit == 0 && decimal.size == 0) return;
    decimal.digits[decimal.size++] = static_cast<char>('0' + digit);
}

}  // namespace

Decimal to_decimal(double value)
{
    const Interval interval = interval_around(value);
    std::uint64_t width = interval.upper - interval.lower;
    const std::uint64_t wanted = interval.upper - interval.middle;
    const int fraction_bits = -interval.exponent;
    const std::uint64_t one = std::uint64_t{1} << fraction_bits;
    std::uint64_t integer = interval.upper >> fraction_bits;
    std::uint64_t fraction = interval.upper & (one - 1);

    // The digits of the upper end, until what is left of it is less than the interval is wide.
    Decimal decimal{};
    for (int left = kIntegerDigits - 1; left >= 0; --left) {
        const std::uint64_t unit = kPowersOfTen[left];
        add_digit(decimal, integer / unit);
        integer %= unit;
        const std::uint64_t above = (integer << fraction_bits) + fraction;
        if (above <= width) {
            decimal.exponent = left - interval.power;
            approach(decimal.digits[decimal.size - 1], above, wanted, width, unit << fraction_bits);
            return decimal;
        }
    }
    for (int places = 1;; ++places) {
        fraction *= 10;
        width *= 10;
        add_digit(decimal, fraction >> fraction_bits);
        fraction &= one - 1;
        if (fraction < width) {
            decimal.exponent = -places - interval.power;
            approach(decimal.digits[decimal.size - 1], fraction, wanted * kPowersOfTen[places],
                     width, one);
            return decimal;
        }
    }
}

}  // namespace protocol
