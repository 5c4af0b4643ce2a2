#pragma once

#include <cstdint>

namespace protocol {

/// A positive number in decimal: the digits as an integer, times 10 to the power `exponent`.
struct Decimal
{
    char digits[20];
    int size;
    int exponent;
};

/// A short decimal that reads back as the same double: the digits that Redis 7.2 prints.
///
/// Redis 7.2 takes them from fpconv, an implementation of Grisu2 (Florian Loitsch, "Printing
/// Floating-Point Numbers Quickly and Accurately with Integers", 2010). For about one random double
/// in a thousand they are not the fewest or the nearest possible, so std::to_chars, which always
/// finds those, would answer differently. REQUIRES value finite and > 0.
Decimal to_decimal(double value);

}  // namespace protocol
