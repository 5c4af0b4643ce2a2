#include "server/access/key_pattern.h"

#include <catch2/catch.hpp>

#include "store/glob.h"

using server::DerivedKey;
using server::FoundKey;
using server::kReadKey;
using server::kWriteKey;
using server::access::KeyPattern;
using server::access::matches_all_between;

namespace {

constexpr std::uint8_t kBoth = kReadKey | kWriteKey;

FoundKey key(std::string_view name, std::uint8_t rights)
{
    return {.key = name, .flags = {}, .rights = rights, .position = 1};
}

}  // namespace

TEST_CASE("a pattern allows the keys that it matches, if it gives all rights that are needed")
{
    const KeyPattern reads{"agent:*", kReadKey};
    CHECK(reads.allows(key("agent:D4", kReadKey)));
    CHECK(reads.allows(key("agent:D4", 0)));
    CHECK_FALSE(reads.allows(key("agent:D4", kWriteKey)));
    CHECK_FALSE(reads.allows(key("agent:D4", kBoth)));
    CHECK_FALSE(reads.allows(key("driver:D4", kReadKey)));
    CHECK_FALSE(reads.allows(key("driver:D4", 0)));
    CHECK(KeyPattern{"agent:*", kBoth}.allows(key("agent:D4", kBoth)));
}

TEST_CASE("a pattern's text says its rights only if it has not all")
{
    CHECK(KeyPattern{"a", kBoth}.text() == "~a");
    CHECK(KeyPattern{"a", kReadKey}.text() == "%R~a");
    CHECK(KeyPattern{"a", kWriteKey}.text() == "%W~a");
}

TEST_CASE("what stands for any key is allowed only by a star")
{
    CHECK(matches_all_between("*", "agent:", ":lock"));
    CHECK(matches_all_between("agent:*", "agent:", ":lock"));
    CHECK(matches_all_between("agent:*:lock", "agent:", ":lock"));
    CHECK(matches_all_between("a*k", "agent:", ":lock"));
    CHECK(matches_all_between("[ab]gent:*", "agent:", ":lock"));
    CHECK(matches_all_between("agent**", "agent:", ":lock"));
    CHECK(matches_all_between("*", "", ""));

    CHECK_FALSE(matches_all_between("agent:?:lock", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("agent:[*]:lock", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("agent:\\*:lock", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("agent:D*", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("agent:*:key", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("agent:*4:lock", "agent:", ":lock"));
    CHECK_FALSE(matches_all_between("order:*", "", ""));
    CHECK_FALSE(matches_all_between("", "", ""));
}

TEST_CASE("a pattern that allows all keys between two texts matches each of them")
{
    constexpr std::string_view kPatterns[] = {"*",      "a*",    "*z",    "a*z",    "a*b*z",
                                              "a[b*]z", "a\\*z", "a?z",   "?*z",    "a*?",
                                              "**",     "a**z",  "[a]*z", "[^b]*z", "a*[z"};
    constexpr std::string_view kBetween[] = {"", "*", "b", "bb", "z", "a", "?", "[", "a\\*"};
    for (const auto pattern : kPatterns) {
        if (!matches_all_between(pattern, "a", "z")) continue;
        for (const auto between : kBetween) {
            CAPTURE(pattern, between);
            CHECK(store::matches(pattern, "a" + std::string{between} + "z"));
        }
    }
}

TEST_CASE("a derived key is one key, or all between two texts")
{
    const KeyPattern agents{"agent:*", kBoth};
    CHECK(agents.allows(DerivedKey{"agent:D4:lock", std::nullopt, kBoth}));
    CHECK(agents.allows(DerivedKey{"agent:", ":lock", kBoth}));
    CHECK_FALSE(agents.allows(DerivedKey{"lock:", "", kReadKey}));
    CHECK_FALSE(KeyPattern{"agent:*", kReadKey}.allows(DerivedKey{"agent:", ":lock", kBoth}));
}
