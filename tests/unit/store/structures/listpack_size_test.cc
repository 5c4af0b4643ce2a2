#include "store/structures/listpack_size.h"

#include <catch2/catch.hpp>
#include <string>

namespace {

std::size_t listpack_entry_bytes(std::string_view element)
{
    if (const auto number = store::listpack_integer(element))
        return store::listpack_number_bytes(*number);
    return store::listpack_text_bytes(element.size());
}

}  // namespace

TEST_CASE("a listpack keeps integers in as few bytes as they need")
{
    CHECK(listpack_entry_bytes("0") == 2);
    CHECK(listpack_entry_bytes("127") == 2);
    CHECK(listpack_entry_bytes("-1") == 3);
    CHECK(listpack_entry_bytes("4095") == 3);
    CHECK(listpack_entry_bytes("-4097") == 4);
    CHECK(listpack_entry_bytes("32768") == 5);
    CHECK(listpack_entry_bytes("-8388609") == 6);
    CHECK(listpack_entry_bytes("2147483648") == 10);
    CHECK(listpack_entry_bytes("-9223372036854775808") == 10);
}

TEST_CASE("what is no integer in its one spelling is a text to a listpack")
{
    CHECK(listpack_entry_bytes("") == 2);
    CHECK(listpack_entry_bytes("07") == 4);
    CHECK(listpack_entry_bytes("-0") == 4);
    CHECK(listpack_entry_bytes("9223372036854775808") == 21);
    CHECK(listpack_entry_bytes(std::string(63, 'x')) == 65);
    CHECK(listpack_entry_bytes(std::string(64, 'x')) == 67);
    CHECK(listpack_entry_bytes(std::string(126, 'x')) == 130);
    CHECK(listpack_entry_bytes(std::string(4096, 'x')) == 4103);
}
