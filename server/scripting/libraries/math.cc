#include <cmath>
#include <cstdint>

#include "server/scripting/libraries/libraries.h"

namespace server::scripting {

namespace {

// The generator of POSIX's lrand48(), by its published recurrence, with a state of our own: the
// functions' upvalue. Like Redis's it begins where POSIX says it begins, and goes on from script to
// script.

constexpr std::uint64_t kFirstState = 0x1234abcd330e;

std::uint64_t& state_of(lua_State* lua)
{
    return *static_cast<std::uint64_t*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

/// From 0 to 1; one not included.
double next_fraction(std::uint64_t& state)
{
    constexpr std::uint64_t kMask = (std::uint64_t{1} << 48) - 1;
    constexpr std::int64_t kMax = 0x7fffffff;
    state = (state * 0x5deece66d + 0xb) & kMask;
    return static_cast<double>(static_cast<std::int64_t>(state >> 17) % kMax) /
           static_cast<double>(kMax);
}

int random(lua_State* lua)
{
    const double fraction = next_fraction(state_of(lua));
    const int arguments = lua_gettop(lua);
    if (arguments > 2) return luaL_error(lua, "wrong number of arguments");
    if (arguments == 0) {
        lua_pushnumber(lua, fraction);
        return 1;
    }
    const int low = arguments == 1 ? 1 : luaL_checkint(lua, 1);
    const int high = luaL_checkint(lua, arguments);
    luaL_argcheck(lua, low <= high, arguments, "interval is empty");
    const double width = static_cast<double>(high) - low + 1;
    lua_pushnumber(lua, std::floor(fraction * width) + low);
    return 1;
}

int randomseed(lua_State* lua)
{
    const auto seed = static_cast<std::uint32_t>(luaL_checkint(lua, 1));
    state_of(lua) = std::uint64_t{seed} << 16 | 0x330e;
    return 0;
}

}  // namespace

void mend_math(lua_State* lua)
{
    lua_getglobal(lua, LUA_MATHLIBNAME);
    *static_cast<std::uint64_t*>(lua_newuserdata(lua, sizeof(std::uint64_t))) = kFirstState;
    for (const auto& [name, function] : {Function{"random", random}, {"randomseed", randomseed}}) {
        lua_pushvalue(lua, -1);
        lua_pushcclosure(lua, function, 1);
        lua_setfield(lua, -3, name);
    }
    lua_pop(lua, 2);
}

}  // namespace server::scripting
