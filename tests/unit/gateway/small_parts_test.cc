#include <catch2/catch.hpp>

#include "server/gateway/field.h"
#include "server/gateway/utf8.h"

namespace gateway = server::gateway;

TEST_CASE("bytes that are no UTF-8 are replaced, and all others stay")
{
    using gateway::to_utf8;
    const std::string replacement = "\xEF\xBF\xBD";
    CHECK(to_utf8("plain") == "plain");
    CHECK(to_utf8("Bike · ಬೆಂಗಳೂರು 🛵") ==
          "Bike · ಬೆಂಗಳೂರು 🛵");
    CHECK(to_utf8("a\xff"
                  "b") == "a" + replacement + "b");
    CHECK(to_utf8("\xC0\xAF") == replacement + replacement);           // overlong
    CHECK(to_utf8("\xED\xA0\x80").find('\xED') == std::string::npos);  // half of a surrogate pair
    CHECK(to_utf8("\xF4\x90\x80\x80").find('\xF4') == std::string::npos);  // beyond U+10FFFF
    CHECK(to_utf8("cut \xE2\x82") == "cut " + replacement + replacement);
}

TEST_CASE("a query's parameters")
{
    const auto parameters = gateway::parse_query("city=blr&name=a+b%20c&odd=%zz&empty=&=x&flag");
    REQUIRE(parameters.size() == 5);
    CHECK(parameters[0].second == "blr");
    CHECK(parameters[1].second == "a b c");
    CHECK(parameters[2].second == "%zz");
    CHECK(parameters[3].second.empty());
    CHECK(parameters[4].first == "flag");
    CHECK(gateway::parse_query(std::string(10'000, '&')).empty());
    CHECK(gateway::percent_decoded("a+b%2F%") == "a+b/%");
}
