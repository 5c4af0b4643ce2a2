#include "ascii/case.h"

#include <catch2/catch.hpp>

TEST_CASE("the case of ASCII letters is folded, and nothing else")
{
    CHECK(ascii::lower("GeoADD-1_Z") == "geoadd-1_z");
    CHECK(ascii::to_upper('z') == 'Z');
    for (const char c : {'@', '[', '`', '{', '\0', '\xc4', '\xe4'}) {
        CHECK(ascii::to_lower(c) == c);
        CHECK(ascii::to_upper(c) == c);
    }
}

TEST_CASE("words may be the same but for their case")
{
    CHECK(ascii::equal_ignoring_case("zset", "ZSet"));
    CHECK(ascii::equal_ignoring_case("", ""));
    CHECK_FALSE(ascii::equal_ignoring_case("zset", "zsets"));
    CHECK_FALSE(ascii::equal_ignoring_case("[", "{"));
}
