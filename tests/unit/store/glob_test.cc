#include "store/glob.h"

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

using store::matches;
using namespace std::string_view_literals;

TEST_CASE("a pattern without special bytes matches itself")
{
    CHECK(matches("driver:D4", "driver:D4"));
    CHECK_FALSE(matches("driver:D4", "driver:D44"));
    CHECK_FALSE(matches("driver:D4", "driver:D"));
    CHECK_FALSE(matches("driver:D4", "Driver:D4"));
    CHECK(matches("a\0b"sv, "a\0b"sv));
    CHECK_FALSE(matches("a\0b"sv, "a\0c"sv));
}

TEST_CASE("a star matches any bytes, a question mark one")
{
    CHECK(matches("*", "anything"));
    CHECK(matches("agent:*:lock", "agent:D4:lock"));
    CHECK(matches("agent:*:lock", "agent::lock"));
    CHECK_FALSE(matches("agent:*:lock", "agent:lock"));
    CHECK(matches("*:lock", "a:lock:lock"));
    CHECK(matches("a***", "a"));
    CHECK(matches("**a", "a"));
    CHECK(matches("*a*b*c*", "xxaxxbxxcxx"));
    CHECK_FALSE(matches("*a*b*c*", "xxaxxcxxbxx"));
    CHECK(matches("D?", "D4"));
    CHECK_FALSE(matches("D?", "D"));
    CHECK_FALSE(matches("D?", "D42"));
    CHECK(matches("*?", "a"));
}

TEST_CASE("brackets match one byte of a set")
{
    CHECK(matches("D[123]", "D2"));
    CHECK_FALSE(matches("D[123]", "D4"));
    CHECK(matches("D[1-3]", "D2"));
    CHECK(matches("D[3-1]", "D2"));
    CHECK_FALSE(matches("D[1-3]", "D4"));
    CHECK(matches("D[^1-3]", "D4"));
    CHECK_FALSE(matches("D[^1-3]", "D3"));
    CHECK(matches("*[xy]z", "xyz"));
    CHECK_FALSE(matches("[]", "a"));
    CHECK(matches("[^]", "a"));
    CHECK(matches("[a-c-e]", "-"));
}

TEST_CASE("a backslash takes the special meaning from the next byte")
{
    CHECK(matches("\\*", "*"));
    CHECK_FALSE(matches("\\*", "a"));
    CHECK(matches("\\[a]", "[a]"));
    CHECK(matches("[\\]]", "]"));
    CHECK(matches("[\\^a]", "^"));
    CHECK(matches("\\\\", "\\"));
    CHECK(matches("a\\", "a\\"));  // the last byte of a pattern has none to take it from
}

TEST_CASE("Redis's oddities are kept")
{
    CHECK(matches("", ""));
    CHECK_FALSE(matches("*", ""));
    CHECK_FALSE(matches("", "a"));
    CHECK(matches("[ab", "b"));  // not closed: as if it were
    CHECK_FALSE(matches("[ab", "ab"));
    CHECK_FALSE(matches("[", "["));
    CHECK(matches("[^", "["));
    CHECK(matches("[a\\", "\\"));
    CHECK(matches("[a-]", "]"));  // a range from 'a' to ']'
    CHECK(matches("[a-]", "^"));
    CHECK_FALSE(matches("[a-]", "-"));
    CHECK(matches("[\x80-a]", "\xff"));  // bytes are signed: 0x80 is -128, 0xff is -1
    CHECK_FALSE(matches("[\x01-\xff]", "a"));
}

TEST_CASE("case can be ignored")
{
    CHECK(matches("MaxMemory*", "maxmemory-policy", true));
    CHECK(matches("[A-C]x", "bX", true));
    CHECK(matches("\\A", "a", true));
    CHECK_FALSE(matches("[\\A]", "a", true));  // Redis forgets it here
    CHECK_FALSE(matches("[Z-a]", "m", true));  // and lowers the ends after ordering them
    CHECK_FALSE(matches("\xc4", "\xe4", true));
}

TEST_CASE("a hostile pattern takes no more steps than its length times the text's")
{
    std::string pattern;
    for (int i = 0; i < 2000; ++i) pattern += "a*";
    const std::string text(5000, 'a');
    CHECK(matches(pattern, text));
    CHECK_FALSE(matches(pattern + "b", text));
    CHECK_FALSE(matches("*" + std::string(500, '?') + "b", text));
}
