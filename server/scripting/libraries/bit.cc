#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>

#include "server/scripting/libraries/libraries.h"

namespace server::scripting {

namespace {

/// The bits of an argument: rounded to the nearest integer, modulo 2^32. Next to this sum the
/// distance of doubles is 1, so the addition rounds, and the low bits are the integer's.
std::uint32_t bits_of(lua_State* lua, int argument)
{
    constexpr double kOneApart = 6755399441055744.0;  // 2^52 + 2^51
    return static_cast<std::uint32_t>(
        std::bit_cast<std::uint64_t>(luaL_checknumber(lua, argument) + kOneApart));
}

int push_bits(lua_State* lua, std::uint32_t bits)
{
    lua_pushnumber(lua, static_cast<std::int32_t>(bits));
    return 1;
}

int tobit(lua_State* lua) { return push_bits(lua, bits_of(lua, 1)); }
int bnot(lua_State* lua) { return push_bits(lua, ~bits_of(lua, 1)); }

int bswap(lua_State* lua) { return push_bits(lua, __builtin_bswap32(bits_of(lua, 1))); }

/// Of all arguments, at least one.
template <class Combine>
int combine(lua_State* lua)
{
    std::uint32_t bits = bits_of(lua, 1);
    for (int i = 2; i <= lua_gettop(lua); ++i) bits = Combine{}(bits, bits_of(lua, i));
    return push_bits(lua, bits);
}

/// By the second argument modulo 32.
template <class Shift>
int shift(lua_State* lua)
{
    const std::uint32_t bits = bits_of(lua, 1);
    return push_bits(lua, Shift{}(bits, static_cast<int>(bits_of(lua, 2) & 31)));
}

using And = decltype([](std::uint32_t a, std::uint32_t b) { return a & b; });
using Or = decltype([](std::uint32_t a, std::uint32_t b) { return a | b; });
using ExclusiveOr = decltype([](std::uint32_t a, std::uint32_t b) { return a ^ b; });
using Left = decltype([](std::uint32_t bits, int by) { return bits << by; });
using Right = decltype([](std::uint32_t bits, int by) { return bits >> by; });
using RotateLeft = decltype([](std::uint32_t bits, int by) { return std::rotl(bits, by); });
using RotateRight = decltype([](std::uint32_t bits, int by) { return std::rotr(bits, by); });
using ArithmeticRight = decltype([](std::uint32_t bits, int by) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(bits) >> by);
});

/// tohex(x, n): n digits, at most 8; in capitals if n is negative.
int tohex(lua_State* lua)
{
    const std::uint32_t bits = bits_of(lua, 1);
    const auto wanted =
        lua_isnone(lua, 2) ? std::int64_t{8} : static_cast<std::int32_t>(bits_of(lua, 2));
    const char* const alphabet = wanted < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    const auto count = static_cast<std::size_t>(std::min<std::int64_t>(std::abs(wanted), 8));
    std::array<char, 8> digits;
    for (std::size_t i = 0; i < count; ++i) digits[i] = alphabet[bits >> 4 * (count - 1 - i) & 15];
    push(lua, {digits.data(), count});
    return 1;
}

constexpr Function kFunctions[] = {
    {"tobit", tobit},
    {"tohex", tohex},
    {"bnot", bnot},
    {"band", combine<And>},
    {"bor", combine<Or>},
    {"bxor", combine<ExclusiveOr>},
    {"lshift", shift<Left>},
    {"rshift", shift<Right>},
    {"arshift", shift<ArithmeticRight>},
    {"rol", shift<RotateLeft>},
    {"ror", shift<RotateRight>},
    {"bswap", bswap},
};

}  // namespace

void open_bit(lua_State* lua)
{
    lua_newtable(lua);
    set_functions(lua, kFunctions);
    lua_setglobal(lua, "bit");
}

}  // namespace server::scripting
