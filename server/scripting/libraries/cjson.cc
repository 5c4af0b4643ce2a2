#include <climits>
#include <new>

#include "server/scripting/libraries/json.h"
#include "server/scripting/libraries/libraries.h"

namespace server::scripting {

namespace {

using InvalidNumbers = JsonSettings::InvalidNumbers;

/// The settings are the upvalue of all functions of one cjson.
JsonSettings& settings_of(lua_State* lua)
{
    return *static_cast<JsonSettings*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

int encode(lua_State* lua)
{
    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    push(lua, write_json(lua, settings_of(lua)));
    return 1;
}

int decode(lua_State* lua)
{
    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    read_json(lua, settings_of(lua), check_text(lua, 1));
    return 1;
}

// The setters return what holds afterwards; without arguments they change nothing.

void refuse_more_than(lua_State* lua, int count)
{
    luaL_argcheck(lua, lua_gettop(lua) <= count, count + 1, "found too many arguments");
    lua_settop(lua, count);
}

void set_integer(lua_State* lua, int argument, int& setting, int min, int max)
{
    if (!lua_isnil(lua, argument)) {
        const lua_Integer value = luaL_checkinteger(lua, argument);
        if (value < min || value > max) {
            luaL_argerror(lua, argument,
                          lua_pushfstring(lua, "expected integer between %d and %d", min, max));
        }
        setting = static_cast<int>(value);
    }
    lua_pushinteger(lua, setting);
}

void set_flag(lua_State* lua, int argument, bool& setting)
{
    constexpr const char* kWords[] = {"off", "on", nullptr};
    if (lua_isboolean(lua, argument)) {
        setting = lua_toboolean(lua, argument) != 0;
    } else if (!lua_isnil(lua, argument)) {
        setting = luaL_checkoption(lua, argument, nullptr, kWords) == 1;
    }
    lua_pushboolean(lua, setting ? 1 : 0);
}

void set_invalid_numbers(lua_State* lua, InvalidNumbers& setting, const char* const* words)
{
    if (lua_isboolean(lua, 1)) {
        setting = lua_toboolean(lua, 1) != 0 ? InvalidNumbers::Allow : InvalidNumbers::Refuse;
    } else if (!lua_isnil(lua, 1)) {
        setting = static_cast<InvalidNumbers>(luaL_checkoption(lua, 1, nullptr, words));
    }
    if (setting == InvalidNumbers::Null) return push(lua, "null");
    lua_pushboolean(lua, setting == InvalidNumbers::Allow ? 1 : 0);
}

template <int JsonSettings::*setting, int min, int max>
int integer_setter(lua_State* lua)
{
    refuse_more_than(lua, 1);
    set_integer(lua, 1, settings_of(lua).*setting, min, max);
    return 1;
}

int encode_invalid_numbers(lua_State* lua)
{
    constexpr const char* kWords[] = {"off", "on", "null", nullptr};
    refuse_more_than(lua, 1);
    set_invalid_numbers(lua, settings_of(lua).encode_invalid_numbers, kWords);
    return 1;
}

int decode_invalid_numbers(lua_State* lua)
{
    constexpr const char* kWords[] = {"off", "on", nullptr};
    refuse_more_than(lua, 1);
    set_invalid_numbers(lua, settings_of(lua).decode_invalid_numbers, kWords);
    return 1;
}

int encode_keep_buffer(lua_State* lua)
{
    refuse_more_than(lua, 1);
    set_flag(lua, 1, settings_of(lua).keep_buffer);
    return 1;
}

int encode_sparse_array(lua_State* lua)
{
    refuse_more_than(lua, 3);
    JsonSettings& settings = settings_of(lua);
    set_flag(lua, 1, settings.convert_sparse);
    set_integer(lua, 2, settings.sparse_ratio, 0, INT_MAX);
    set_integer(lua, 3, settings.sparse_safe, 0, INT_MAX);
    return 3;
}

int make_new(lua_State* lua);

constexpr Function kFunctions[] = {
    {"encode", encode},
    {"decode", decode},
    {"encode_max_depth", integer_setter<&JsonSettings::encode_max_depth, 1, INT_MAX>},
    {"decode_max_depth", integer_setter<&JsonSettings::decode_max_depth, 1, INT_MAX>},
    {"encode_number_precision", integer_setter<&JsonSettings::number_precision, 1, 14>},
    {"encode_invalid_numbers", encode_invalid_numbers},
    {"decode_invalid_numbers", decode_invalid_numbers},
    {"encode_keep_buffer", encode_keep_buffer},
    {"encode_sparse_array", encode_sparse_array},
    {"new", make_new},
};

/// cjson.new(): another library with settings of its own.
int make_new(lua_State* lua)
{
    lua_newtable(lua);
    new (lua_newuserdata(lua, sizeof(JsonSettings))) JsonSettings;
    for (const auto& [name, function] : kFunctions) {
        lua_pushvalue(lua, -1);
        lua_pushcclosure(lua, function, 1);
        lua_setfield(lua, -3, name);
    }
    lua_pop(lua, 1);
    lua_pushlightuserdata(lua, nullptr);
    lua_setfield(lua, -2, "null");
    set_text(lua, "_NAME", "cjson");
    set_text(lua, "_VERSION", "2.1.0");
    return 1;
}

}  // namespace

void open_cjson(lua_State* lua)
{
    make_new(lua);
    lua_setglobal(lua, "cjson");
}

}  // namespace server::scripting
