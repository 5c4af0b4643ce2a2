#include "protocol/short_number.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string_view>

namespace {

/// The number, if the line was read and ends where it should.
std::optional<std::int64_t> read(std::string_view line, std::size_t size)
{
    std::int64_t number = -1;
    const char* const behind =
        protocol::read_short_number(line.data(), line.data() + line.size(), number);
    if (behind == nullptr) return std::nullopt;
    CHECK(behind == line.data() + size);
    return number;
}

}  // namespace

TEST_CASE("a line of up to five digits is read with its CR and one more byte")
{
    CHECK(read("0\r\n", 3) == 0);
    CHECK(read("7\r\nx", 3) == 7);
    CHECK(read("10\r\n", 4) == 10);
    CHECK(read("99999\r\n", 7) == 99999);
    CHECK(read("5\rx", 3) == 5);
}

TEST_CASE("every other line is left to those who judge it")
{
    for (const std::string_view line :
         {"", "7", "7\r", "10\r", "99999\r", "00\r\n", "01\r\n", "-1\r\n", "+1\r\n", " 1\r\n",
          "1 \r\n", "1x\r\n", "1\n\r\n", "100000\r\n", "12345678901234567890\r\n", "\r\n"}) {
        INFO(line);
        CHECK_FALSE(read(line, 0));
    }
}
