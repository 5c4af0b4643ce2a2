#include "protocol/lookahead.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>

using protocol::Lookahead;

namespace {

constexpr std::string_view kGet = "*2\r\n$3\r\nGET\r\n$5\r\nkey:1\r\n";
constexpr std::string_view kIsMember = "*3\r\n$9\r\nSISMEMBER\r\n$1\r\ns\r\n$9\r\ndriver:D4\r\n";
constexpr std::string_view kPing = "*1\r\n$4\r\nPING\r\n";

std::string operator+(std::string_view a, std::string_view b) { return std::string{a}.append(b); }

}  // namespace

TEST_CASE("a look ahead sees the first and last argument of each whole request")
{
    const std::string input =
        kGet + kIsMember + std::string{kPing} + std::string{kGet.substr(0, 20)};
    Lookahead lookahead;
    const auto seen = lookahead.scan(input);
    REQUIRE(seen.size() == 3);
    CHECK(seen[0].first == "key:1");
    CHECK(seen[0].last == "key:1");
    CHECK(seen[1].first == "s");
    CHECK(seen[1].last == "driver:D4");
    CHECK(seen[2].first.empty());
    CHECK(seen[2].last.empty());
}

TEST_CASE("a look ahead stops at the sixteenth request")
{
    std::string input;
    for (int i = 0; i < 20; ++i) input += kGet;
    CHECK(Lookahead{}.scan(input).size() == Lookahead::kMax);
}

TEST_CASE("a look ahead stops at what it does not understand")
{
    for (const std::string_view odd :
         {"", "\r\n", "PING\r\n", "*0\r\n", "*-1\r\n", "*2\r\n$-1\r\n", "*1\r\n:4\r\n", "*99\r\n",
          "*1\r\n$99999999999999999999\r\n", "*1\n$4\nPING\n", "*\r\n", "$4\r\nPING\r\n",
          "*12345678901"}) {
        INFO(odd);
        CHECK(Lookahead{}.scan(odd).empty());
        CHECK(Lookahead{}.scan(kGet + odd).size() == 1);
    }
}

TEST_CASE("a look ahead at a cut request reads nothing behind the cut")
{
    const std::string whole = kGet + kIsMember;
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        // A block of exactly this size: AddressSanitizer sees a read behind it.
        const auto block = std::make_unique<char[]>(size);
        whole.copy(block.get(), size);
        const auto seen = Lookahead{}.scan({block.get(), size});
        const std::size_t expected = size == whole.size() ? 2 : size >= kGet.size() ? 1 : 0;
        CHECK(seen.size() == expected);
    }
}
