#include "ascii/integer.h"

#include <catch2/catch.hpp>
#include <limits>

using ascii::parse_integer;
using namespace std::string_view_literals;

TEST_CASE("an integer has one spelling")
{
    CHECK(parse_integer("0") == 0);
    CHECK(parse_integer("7") == 7);
    CHECK(parse_integer("-12") == -12);
    CHECK(parse_integer("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
    CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
    for (const auto text : {""sv, "-"sv, "+1"sv, "01"sv, "00"sv, "-0"sv, "-01"sv, " 1"sv, "1 "sv,
                            "1a"sv, "0x1"sv, "1.0"sv, "--1"sv, "1\0"sv, "9223372036854775808"sv,
                            "-9223372036854775809"sv, "99999999999999999999"sv}) {
        CAPTURE(text);
        CHECK_FALSE(parse_integer(text));
    }
}

TEST_CASE("the digits of an integer are its spelling")
{
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-12}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()}) {
        CHECK(parse_integer(ascii::IntegerText{value}) == value);
    }
    CHECK(std::string_view{ascii::IntegerText{std::numeric_limits<std::uint64_t>::max()}} ==
          "18446744073709551615");
}
