#include "protocol/number_format.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

using protocol::format_double;

TEST_CASE("whole doubles are printed in full, up to 2^62")
{
    CHECK(format_double(3) == "3");
    CHECK(format_double(-100) == "-100");
    CHECK(format_double(1e15) == "1000000000000000");
    CHECK(format_double(4503599627370497.0) == "4503599627370497");
    CHECK(format_double(4611686018427387904.0) == "4611686018427387904");
    CHECK(format_double(4611686018427388928.0) == "4611686018427389000");
    CHECK(format_double(-9223372036854775808.0) == "-9223372036854776000");
}

TEST_CASE("other doubles are printed with few digits")
{
    CHECK(format_double(0.1) == "0.1");
    CHECK(format_double(0.1 + 0.2) == "0.30000000000000004");
    CHECK(format_double(-1.5) == "-1.5");
    CHECK(format_double(3.14159265358979) == "3.14159265358979");
    CHECK(format_double(123456.789) == "123456.789");
    CHECK(format_double(1.0 / 3) == "0.3333333333333333");
}

TEST_CASE("an exponent is used only for the very large and very small, by fpconv's rules")
{
    CHECK(format_double(1e-4) == "0.0001");
    CHECK(format_double(1e-6) == "0.000001");
    CHECK(format_double(1e-7) == "1e-7");
    CHECK(format_double(1.5e-7) == "1.5e-7");
    CHECK(format_double(0.001234567891) == "0.001234567891");
    CHECK(format_double(0.0001234567891) == "1.234567891e-4");
    CHECK(format_double(1e19) == "1e+19");
    CHECK(format_double(1.25e+20) == "1.25e+20");
    CHECK(format_double(1e21) == "1e+21");
    CHECK(format_double(0x1p70) == "1180591620717411300000");
    CHECK(format_double(1.7976931348623157e308) == "1.7976931348623157e+308");
    CHECK(format_double(-5e-324) == "-5e-324");
}

TEST_CASE("what is no number has a name")
{
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(format_double(infinity) == "inf");
    CHECK(format_double(-infinity) == "-inf");
    CHECK(format_double(std::nan("")) == "nan");
    CHECK(format_double(0.0) == "0");
    CHECK(format_double(-0.0) == "-0");
}

TEST_CASE("digits are Redis's even where they are not the fewest")
{
    // std::to_chars prints one digit less for each of these.
    CHECK(format_double(809.22501698128406) == "809.2250169812841");
    CHECK(format_double(379.45565694219073) == "379.45565694219073");
    CHECK(format_double(36.122450809014794) == "36.122450809014794");
}

TEST_CASE("every double reads back as itself, and fits in the promised room")
{
    std::mt19937_64 random{42};
    int checked = 0;
    for (int i = 0; i < 200000; ++i) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        const std::string text = format_double(value);
        if (std::strtod(text.c_str(), nullptr) != value || text.size() > protocol::kMaxDoubleSize) {
            FAIL(text);
        }
        ++checked;
    }
    CHECK(checked > 190000);
}

TEST_CASE("an integer is written with all its digits, around every power of ten")
{
    std::vector<std::int64_t> values{0, std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::int64_t>::min()};
    for (std::int64_t power = 1; power <= 1'000'000'000'000'000'000 / 10; power *= 10)
        for (const std::int64_t near : {power - 1, power, power + 1, 5 * power + 7})
            values.insert(values.end(), {near, -near});
    for (const std::int64_t value : values) {
        char text[protocol::kMaxIntegerSize];
        CHECK(std::string(text, protocol::write_integer(text, value)) == std::to_string(value));
    }
}
