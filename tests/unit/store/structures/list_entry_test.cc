#include "store/structures/list_entry.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using store::ListElement;
using store::ListEntry;

namespace {

/// What the text takes, if it is found again from both sides between others; else 0.
std::size_t bytes_if_found(const std::string& text)
{
    const ListEntry entry{text};
    const std::size_t bytes = entry.bytes();
    std::vector<char> block(bytes + 2, '\x55');
    entry.write(block.data() + 1);
    const char* const from = block.data() + 1;
    const ListEntry found = ListEntry::read(from);
    const ListElement element{found};
    const bool is_whole = block.front() == '\x55' && block.back() == '\x55';
    const bool is_found = std::string_view{element} == text && found == entry &&
                          found.listpack_bytes() == entry.listpack_bytes() &&
                          ListEntry::bytes_from(from) == bytes &&
                          ListEntry::bytes_before(from + bytes) == bytes;
    return is_whole && is_found ? bytes : 0;
}

}  // namespace

TEST_CASE("a number in a list takes fewer bytes than its digits")
{
    CHECK(bytes_if_found("0") == 1);
    CHECK(bytes_if_found("63") == 1);
    CHECK(bytes_if_found("64") == 3);
    CHECK(bytes_if_found("-1") == 3);
    CHECK(bytes_if_found("4095") == 3);
    CHECK(bytes_if_found("-4096") == 3);
    CHECK(bytes_if_found("4096") == 4);
    CHECK(bytes_if_found("-32768") == 4);
    CHECK(bytes_if_found("32768") == 5);
    CHECK(bytes_if_found("-8388608") == 5);
    CHECK(bytes_if_found("8388608") == 6);
    CHECK(bytes_if_found("2147483648") == 7);
    CHECK(bytes_if_found("1700000000000") == 8);
    CHECK(bytes_if_found("9223372036854775807") == 10);
    CHECK(bytes_if_found("-9223372036854775808") == 10);
}

TEST_CASE("a text in a list takes its bytes and a little more")
{
    CHECK(bytes_if_found("") == 2);
    CHECK(bytes_if_found("007") == 5);
    CHECK(bytes_if_found("-0") == 4);
    CHECK(bytes_if_found("9223372036854775808") == 21);
    CHECK(bytes_if_found(std::string(127, 'x')) == 129);
    CHECK(bytes_if_found(std::string(128, 'x')) == 132);
    CHECK(bytes_if_found(std::string(4095, 'x')) == 4099);
    CHECK(bytes_if_found(std::string(4096, 'x')) == 4106);
    CHECK(bytes_if_found(std::string(1 << 20, 'x')) == (1 << 20) + 10);
}

TEST_CASE("every number near a power of two is found again")
{
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (std::uint64_t near = 0; near < 5; ++near) {
            const auto number = static_cast<std::int64_t>((std::uint64_t{1} << bit) - 2 + near);
            CHECK(bytes_if_found(std::to_string(number)) != 0);
            CHECK(bytes_if_found(std::to_string(~number)) != 0);
        }
    }
}

TEST_CASE("a number and a text that looks like it are different elements")
{
    CHECK(ListEntry{"7"} == ListEntry{"7"});
    CHECK_FALSE(ListEntry{"7"} == ListEntry{"07"});
    CHECK_FALSE(ListEntry{"7"} == ListEntry{"8"});
    CHECK_FALSE(ListEntry{"7"} == ListEntry{""});
}
