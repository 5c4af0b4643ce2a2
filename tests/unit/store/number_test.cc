#include "store/number.h"

#include <catch2/catch.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <string_view>

using store::format_coordinate;
using store::format_distance;
using store::format_few_decimals;
using store::format_long_double;
using store::parse_bound;
using store::parse_double;
using store::parse_long_double;
using namespace std::string_view_literals;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string coordinate(double degrees) { return std::string{format_coordinate(degrees)}; }

std::string distance(double meters) { return std::string{format_distance(meters)}; }

}  // namespace

TEST_CASE("a score may be written in every way that C knows")
{
    CHECK(parse_double("0") == 0);
    CHECK(parse_double("77.5946") == 77.5946);
    CHECK(parse_double("-12.5e-3") == -0.0125);
    CHECK(parse_double("+1") == 1);
    CHECK(parse_double("007") == 7);
    CHECK(parse_double(".5") == 0.5);
    CHECK(parse_double("5.") == 5);
    CHECK(parse_double("0x1p3") == 8);
    CHECK(parse_double("-0x.8") == -0.5);
    CHECK(parse_double("inf") == kInfinity);
    CHECK(parse_double("-Infinity") == -kInfinity);
    CHECK(parse_double("1e308") == 1e308);
    CHECK(parse_double("1e-310") == 1e-310);
    CHECK(std::signbit(parse_double("-0").value()));
    CHECK(parse_double("0." + std::string(300, '0') + "1") == 1e-301);
}

TEST_CASE("a score is no score with anything around it, as NaN or out of range")
{
    for (const auto text :
         {""sv, " 1"sv, "1 "sv, "\t1"sv, "1\0"sv, "\0"sv, "one"sv, "1,5"sv, "1e"sv, "--1"sv, "0x"sv,
          "nan"sv, "-nan"sv, "nan(1)"sv, "1e400"sv, "-1e400"sv, "1e-400"sv, "0x1p-2000"sv}) {
        CAPTURE(text);
        CHECK_FALSE(parse_double(text));
    }
}

TEST_CASE("short decimals are read as strtod reads them")
{
    std::mt19937_64 random{1};
    for (int i = 0; i < 20'000; ++i) {
        const std::size_t size = 1 + random() % 20;
        std::string text(size, '0');
        for (char& digit : text) digit = static_cast<char>('0' + random() % 10);
        if (random() % 4 != 0) text[random() % size] = '.';
        if (random() % 3 == 0) text.insert(0, "-");
        CAPTURE(text);
        char* end = nullptr;
        const double expected = std::strtod(text.c_str(), &end);
        const auto parsed = parse_double(text);
        REQUIRE(parsed.has_value() == (*end == '\0'));
        if (parsed) REQUIRE(*parsed == expected);
    }
    CHECK_FALSE(parse_double("1.2.3"));
    CHECK_FALSE(parse_double("1..2"));
    CHECK(parse_double("9007199254740993") == 9007199254740992.0);
    CHECK(parse_double("0.000000000000000001") == 1e-18);
    CHECK(std::signbit(parse_double("-0.000").value()));
}

TEST_CASE("numbers of few decimals are written as std::to_chars writes them")
{
    std::mt19937_64 random{1};
    for (int i = 0; i < 20'000; ++i) {
        const auto scale = std::pow(10, random() % 8);
        const double value = (static_cast<double>(random() % 2'000'000'000) - 1e9) / scale;
        CAPTURE(value);
        const auto text = format_few_decimals(value);
        char digits[64];
        const auto end =
            std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed).ptr;
        if (text)
            REQUIRE(*text == std::string_view{digits, static_cast<std::size_t>(end - digits)});
    }
    CHECK(format_few_decimals(77.5946).value() == "77.5946"sv);
    CHECK(format_few_decimals(-0.000001).value() == "-0.000001"sv);
    CHECK(format_few_decimals(5000).value() == "5000"sv);
    for (const double value : {0.0, 0.1234567, 1.0 / 3, 1e9 + 0.5, 1e300, kInfinity, -kInfinity,
                               std::numeric_limits<double>::quiet_NaN()}) {
        CAPTURE(value);
        CHECK_FALSE(format_few_decimals(value));
    }
}

TEST_CASE("the bounds of a range of scores are read more loosely, as in Redis")
{
    CHECK(parse_bound("1.5") == 1.5);
    CHECK(parse_bound(" 1") == 1);
    CHECK(parse_bound("") == 0);
    CHECK(parse_bound("1e400") == kInfinity);
    CHECK(parse_bound("-inf") == -kInfinity);
    CHECK(parse_bound("1\0junk"sv) == 1);
    CHECK_FALSE(parse_bound("1 "));
    CHECK_FALSE(parse_bound("nan"));
    CHECK_FALSE(parse_bound("one"));
}

TEST_CASE("INCRBYFLOAT reads and prints more digits than a double has")
{
    const auto again = [](std::string_view text) {
        return format_long_double(parse_long_double(text).value());
    };
    CHECK(again("3.0e3") == "3000");
    CHECK(again("10.50") == "10.5");
    CHECK(again("0.1") == "0.1");
    CHECK(again("-0") == "0");
    CHECK(again("-0.000000000000000001") == "0");
    CHECK(again("1234567890123456789") == "1234567890123456789");
    CHECK(again("1e400").size() == 401);
    CHECK(again("-inf") == "-inf");
    CHECK_FALSE(parse_long_double("1e4933"));
    CHECK_FALSE(parse_long_double("1e-5000"));
    CHECK_FALSE(parse_long_double("nan"));
    CHECK_FALSE(parse_long_double(" 1"));
    CHECK_FALSE(parse_long_double(""));
    CHECK(parse_long_double(std::string(5119, '0')) == 0.0L);
    CHECK_FALSE(parse_long_double(std::string(5120, '0')));
}

TEST_CASE("coordinates have up to 17 digits behind the point")
{
    CHECK(coordinate(13.361389338970184326) == "13.36138933897018433");
    CHECK(coordinate(-122.27652043104171753) == "-122.27652043104171753");
    CHECK(coordinate(12.5) == "12.5");
    CHECK(coordinate(180) == "180");
    CHECK(coordinate(0) == "0");
    CHECK(coordinate(-0.0) == "0");
    CHECK(coordinate(-1e-20) == "0");
    CHECK(coordinate(5e-324) == "0");
    CHECK(coordinate(1e-17) == "0.00000000000000001");
    CHECK(coordinate(std::nextafter(1.0, 0.0)) == "0.99999999999999989");
}

TEST_CASE("coordinates are what the C library prints, whatever the double")
{
    std::mt19937_64 random{77};
    int checked = 0;
    for (int i = 0; i < 20000; ++i) {
        const auto bits = static_cast<double>(random() >> 11);
        const double degrees = i % 2 == 0 ? bits / 0x1p53 * 360 - 180
                                          : std::ldexp(bits, -static_cast<int>(random() % 140));
        const std::string expected = format_long_double(degrees);
        if (coordinate(degrees) != expected) FAIL(expected);
        ++checked;
    }
    CHECK(checked == 20000);
}

TEST_CASE("distances have four digits behind the point, rounded to the nearest")
{
    CHECK(distance(166274.15156960) == "166274.1516");
    CHECK(distance(0) == "0.0000");
    CHECK(distance(0.00004) == "0.0000");
    CHECK(distance(0.00006) == "0.0001");
    CHECK(distance(0.5) == "0.5000");
    CHECK(distance(12.34) == "12.3400");
    CHECK(distance(20015086.79602) == "20015086.7960");
    CHECK(distance(-1.5) == "-1.5000");
}

TEST_CASE("a distance between two last digits goes to the even one, as in Redis 7.2")
{
    CHECK(distance(0.00005) == "0.0000");  // 7.0 prints 0.0001, since 0.00005 is a little more
    CHECK(distance(0.00025) == "0.0002");
}
