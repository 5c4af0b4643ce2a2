#include "ascii/hex.h"

#include <catch2/catch.hpp>

TEST_CASE("each byte has two digits, small letters among them")
{
    const std::uint8_t bytes[] = {0x00, 0x0f, 0xa0, 0xff};
    CHECK(ascii::to_hex(bytes) == "000fa0ff");
    CHECK(ascii::to_hex({}).empty());
}
