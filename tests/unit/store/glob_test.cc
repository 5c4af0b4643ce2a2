#include "store/glob.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <random>
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

namespace {

std::string repeat(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i) result += text;
    return result;
}

/// Tries everything there is: slow, and easy to believe.
bool matches_naively(std::string_view pattern, std::string_view text)
{
    if (pattern.empty() || text.empty()) return pattern.empty() && text.empty();
    if (pattern[0] == '*') {
        for (std::size_t taken = 0; taken < text.size(); ++taken)
            if (matches_naively(pattern.substr(1), text.substr(taken))) return true;
        return pattern.find_first_not_of('*') == std::string_view::npos;
    }
    std::size_t end = 1;
    if (pattern[0] == '\\' && pattern.size() > 1) end = 2;
    if (pattern[0] == '[') end = pattern.find(']') + 1;
    // One element is left to the matcher: the tests above say what it does.
    if (!matches(pattern.substr(0, end), text.substr(0, 1))) return false;
    if (text.size() == 1) return pattern.find_first_not_of('*', end) == std::string_view::npos;
    return matches_naively(pattern.substr(end), text.substr(1));
}

}  // namespace

TEST_CASE("hostile patterns take about as many steps as they have bytes")
{
    const std::string text(30'000, 'a');
    const std::string half(15'000, 'a');
    const std::clock_t began = std::clock();
    CHECK_FALSE(matches("*" + half + "b", text));
    CHECK_FALSE(matches("*" + half + "b*", text));
    CHECK(matches("*" + half + "*" + half, text));
    CHECK_FALSE(matches("*" + half + "*a" + half, text));
    CHECK_FALSE(matches("*?" + half + "b*", text));
    CHECK_FALSE(matches("*[" + repeat("b-", 10'000) + "]*", text));
    CHECK_FALSE(matches("*" + repeat("[^b]", 10'000) + "b*", text));
    CHECK_FALSE(matches(repeat("a*", 15'000), text));  // more stars than Redis takes
    CHECK_FALSE(matches(repeat("a*", 15'000) + "b", text));
    CHECK_FALSE(matches(repeat("?*", 15'000) + "b", text));
    CHECK_FALSE(matches("*\\" + half + "B", text, true));
    CHECK(std::clock() - began < 3 * CLOCKS_PER_SEC);
}

TEST_CASE("more than a thousand stars with something behind them match nothing, as in Redis")
{
    CHECK(store::matches(repeat("*?", 1000), repeat("a", 1000), false));
    CHECK_FALSE(store::matches(repeat("*?", 1001), repeat("a", 1001), false));
    CHECK(store::matches(repeat("?*", 1001), repeat("a", 1001), false));
    CHECK_FALSE(store::matches(repeat("?*", 1002), repeat("a", 1002), false));
    CHECK(store::matches(repeat("**?", 1000) + "**", repeat("a", 1000), false));
    // Those that are tried often, too.
    const std::string often = "*a" + repeat("a?", 15'000) + "b";
    CHECK(store::matches(repeat("*", 1001) + often, repeat("a", 40'000) + "b", false));
    CHECK_FALSE(store::matches(repeat("*a", 1001) + often, repeat("a", 40'000) + "b", false));
}

TEST_CASE("patterns that are tried often match as those that are not")
{
    // The rest of the text makes the tries pile up until the matcher takes its other way.
    std::mt19937 chance{11};
    const auto word_of = [&](std::initializer_list<std::string_view> parts, std::size_t count) {
        std::string word;
        for (std::size_t i = 0; i < count; ++i) word += *(parts.begin() + chance() % parts.size());
        return word;
    };
    const std::string many = repeat("a", 3000);
    int matched = 0;
    for (int round = 0; round < 1500; ++round) {
        const std::string pattern =
            word_of({"a", "b", "?", "*", "*", "*", "[ab]", "[^a]", "\\a", "\\*"}, 6);
        const std::string text = word_of({"a", "b", "*"}, 1 + chance() % 7);
        CAPTURE(pattern, text);
        const bool expected = matches_naively(pattern, text);
        matched += expected;
        REQUIRE(matches(pattern, text) == expected);
        REQUIRE(matches("*" + many + "c*" + pattern, many + many + "c" + text) ==
                matches_naively("*" + pattern, text));
    }
    CHECK(matched > 80);
}
