#include "ascii/split.h"

#include <catch2/catch.hpp>

TEST_CASE("a text has one part more than separators, and parts may be empty")
{
    using Parts = std::vector<std::string_view>;
    CHECK(ascii::split("a b  c", ' ') == Parts{"a", "b", "", "c"});
    CHECK(ascii::split("", ' ') == Parts{""});
    CHECK(ascii::split("one\n", '\n') == Parts{"one", ""});
}
