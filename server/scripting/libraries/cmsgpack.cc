#include <algorithm>
#include <bit>
#include <climits>
#include <cmath>
#include <cstdint>
#include <string>

#include "server/scripting/libraries/libraries.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

// MessagePack, as its specification has it. Of its formats binary and extension types are left out,
// which Lua has no values for.

constexpr std::size_t kMaxPackedBytes = std::size_t{256} << 20;

class Packer
{
public:
    explicit Packer(lua_State* lua) : lua_(lua) {}

    /// Packs the value on top of the stack and pops it.
    void pack(int depth)
    {
        look_around();
        luaL_checkstack(lua_, 4, "a value is too deep");
        switch (lua_type(lua_, -1)) {
            case LUA_TSTRING: add_text(text_at(lua_, -1)); break;
            case LUA_TBOOLEAN: add(lua_toboolean(lua_, -1) != 0 ? 0xc3 : 0xc2); break;
            case LUA_TNUMBER: add_number(lua_tonumber(lua_, -1)); break;
            case LUA_TTABLE: add_table(depth); break;
            default: add(0xc0);
        }
        lua_pop(lua_, 1);
    }

    std::string_view packed() const { return packed_; }

private:
    /// What is deeper becomes nil.
    static constexpr int kMaxDepth = 16;

    void look_around()
    {
        if (packed_.size() > kMaxPackedBytes) luaL_error(lua_, "resulting string too large");
        pace_.step();
    }

    void add(unsigned byte) { packed_ += static_cast<char>(byte); }

    /// A format's byte, and a value of so many bytes after it.
    void add(unsigned format, std::uint64_t value, int size)
    {
        add(format);
        for (int i = size - 1; i >= 0; --i) add(static_cast<unsigned>(value >> 8 * i) & 0xff);
    }

    void add_text(std::string_view text)
    {
        const std::size_t size = text.size();
        if (size < 32) {
            add(0xa0 | static_cast<unsigned>(size));
        } else if (size <= 0xff) {
            add(0xd9, size, 1);
        } else if (size <= 0xffff) {
            add(0xda, size, 2);
        } else {
            add(0xdb, size, 4);
        }
        packed_ += text;
    }

    void add_number(double number)
    {
        constexpr double kLimit = 9223372036854775808.0;
        if (number >= -kLimit && number < kLimit && std::trunc(number) == number)
            return add_integer(static_cast<std::int64_t>(number));
        const auto shorter = static_cast<float>(number);
        if (static_cast<double>(shorter) == number)
            return add(0xca, std::bit_cast<std::uint32_t>(shorter), 4);
        add(0xcb, std::bit_cast<std::uint64_t>(number), 8);
    }

    void add_integer(std::int64_t value)
    {
        const auto bits = static_cast<std::uint64_t>(value);
        if (value >= 0) {
            if (value <= 127) return add(static_cast<unsigned>(value));
            if (value <= 0xff) return add(0xcc, bits, 1);
            if (value <= 0xffff) return add(0xcd, bits, 2);
            if (value <= 0xffffffff) return add(0xce, bits, 4);
            return add(0xcf, bits, 8);
        }
        if (value >= -32) return add(static_cast<unsigned>(bits & 0xff));
        if (value >= INT8_MIN) return add(0xd0, bits, 1);
        if (value >= INT16_MIN) return add(0xd1, bits, 2);
        if (value >= INT32_MIN) return add(0xd2, bits, 4);
        add(0xd3, bits, 8);
    }

    void add_table(int depth)
    {
        if (depth == kMaxDepth) return add(0xc0);
        const auto [count, is_array] = look_at_keys();
        add_header(count, is_array);
        if (is_array) {
            for (std::uint32_t i = 1; i <= count; ++i) {
                lua_rawgeti(lua_, -1, static_cast<int>(i));
                pack(depth + 1);
            }
            return;
        }
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0;) {
            lua_pushvalue(lua_, -2);
            pack(depth + 1);
            pack(depth + 1);
        }
    }

    struct Keys
    {
        std::uint32_t count;
        bool is_array;
    };

    /// An array has all keys from 1 to their number.
    Keys look_at_keys()
    {
        Keys keys{.count = 0, .is_array = true};
        double greatest = 0;
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
            ++keys.count;
            const double key = lua_type(lua_, -2) == LUA_TNUMBER ? lua_tonumber(lua_, -2) : 0;
            keys.is_array &= key > 0 && std::trunc(key) == key;
            greatest = std::max(greatest, key);
        }
        keys.is_array &= greatest == keys.count;
        return keys;
    }

    void add_header(std::uint32_t count, bool is_array)
    {
        if (count < 16) return add((is_array ? 0x90 : 0x80) | count);
        if (count <= 0xffff) return add(is_array ? 0xdc : 0xde, count, 2);
        add(is_array ? 0xdd : 0xdf, count, 4);
    }

    lua_State* lua_;
    std::string packed_;
    Pace pace_{lua_};
};

class Unpacker
{
public:
    Unpacker(lua_State* lua, std::string_view packed) : lua_(lua), rest_(packed) {}

    bool done() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

    void push_next()
    {
        pace_.step();
        luaL_checkstack(lua_, 1,
                        "too many return values at once; use unpack_one or unpack_limit instead.");
        const auto format = static_cast<unsigned>(take_unsigned(1));
        if (format <= 0x7f) return push_number(format);
        if (format <= 0x8f) return push_map(format & 15);
        if (format <= 0x9f) return push_array(format & 15);
        if (format <= 0xbf) return push(lua_, take(format & 31));
        if (format >= 0xe0) return push_number(static_cast<std::int8_t>(format));
        switch (format) {
            case 0xc0: return lua_pushnil(lua_);
            case 0xc2: return lua_pushboolean(lua_, 0);
            case 0xc3: return lua_pushboolean(lua_, 1);
            case 0xca:
                return push_number(
                    std::bit_cast<float>(static_cast<std::uint32_t>(take_unsigned(4))));
            case 0xcb: return push_number(std::bit_cast<double>(take_unsigned(8)));
            case 0xcc:
            case 0xcd:
            case 0xce: return push_number(take_unsigned(1U << (format - 0xcc)));
            case 0xcf:  // as in Redis, where Lua's integers are signed
            case 0xd3: return push_number(static_cast<std::int64_t>(take_unsigned(8)));
            case 0xd0: return push_number(static_cast<std::int8_t>(take_unsigned(1)));
            case 0xd1: return push_number(static_cast<std::int16_t>(take_unsigned(2)));
            case 0xd2: return push_number(static_cast<std::int32_t>(take_unsigned(4)));
            case 0xd9:
            case 0xda:
            case 0xdb: return push(lua_, take(take_unsigned(1U << (format - 0xd9))));
            case 0xdc:
            case 0xdd: return push_array(take_unsigned(format == 0xdc ? 2 : 4));
            case 0xde:
            case 0xdf: return push_map(take_unsigned(format == 0xde ? 2 : 4));
            default: luaL_error(lua_, "Bad data format in input.");
        }
    }

private:
    template <class Number>
    void push_number(Number number)
    {
        lua_pushnumber(lua_, static_cast<lua_Number>(number));
    }

    std::string_view take(std::size_t size)
    {
        if (size > rest_.size()) luaL_error(lua_, "Missing bytes in input.");
        const std::string_view bytes = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return bytes;
    }

    std::uint64_t take_unsigned(std::size_t size)
    {
        std::uint64_t value = 0;
        for (const char byte : take(size)) value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }

    // The sizes are claims: each element takes a byte at least, and the input ends first.

    void push_array(std::uint64_t size)
    {
        begin_table();
        for (std::uint64_t i = 1; i <= size; ++i) {
            push_next();
            lua_rawseti(lua_, -2, static_cast<int>(i));
        }
        --depth_;
    }

    void push_map(std::uint64_t size)
    {
        begin_table();
        for (std::uint64_t i = 0; i < size; ++i) {
            push_next();
            push_next();
            lua_settable(lua_, -3);
        }
        --depth_;
    }

    void begin_table()
    {
        constexpr int kMaxDepth = 2000;  // each level costs stack
        if (++depth_ > kMaxDepth) luaL_error(lua_, "a value is too deep");
        lua_newtable(lua_);
    }

    lua_State* lua_;
    std::string_view rest_;
    Pace pace_{lua_};
    int depth_ = 0;
};

/// pack(...): all arguments, one after the other.
int pack(lua_State* lua)
{
    const int count = lua_gettop(lua);
    if (count == 0) return luaL_argerror(lua, 0, "MessagePack pack needs input.");
    Packer packer{lua};
    for (int i = 1; i <= count; ++i) {
        luaL_checkstack(lua, 1, "too many arguments");
        lua_pushvalue(lua, i);
        packer.pack(0);
    }
    push(lua, packer.packed());
    return 1;
}

enum class Returns { Values, OffsetAndValues };

/// At most `limit` values from `offset` on; before them where to go on, -1 at the end.
int unpack_from(lua_State* lua, int offset, int limit, Returns returns)
{
    const std::string_view text = check_text(lua, 1);
    const auto size = static_cast<int>(text.size());
    if (offset < 0 || limit < 0) {
        return luaL_error(lua, "Invalid request to unpack with offset of %d and limit of %d.",
                          offset, size);
    }
    if (offset > size)
        return luaL_error(lua, "Start offset %d greater than input length %d.", offset, size);
    lua_settop(lua, 1);
    lua_pushnil(lua);  // the place of the offset
    Unpacker unpacker{lua, text.substr(static_cast<std::size_t>(offset))};
    int count = 0;
    for (; !unpacker.done() && count < limit; ++count) unpacker.push_next();
    if (returns == Returns::Values) return count;
    const int next = unpacker.done() ? -1 : size - static_cast<int>(unpacker.left());
    luaL_checkstack(lua, 1, "too many results");
    lua_pushinteger(lua, next);
    lua_replace(lua, 2);
    return count + 1;
}

int unpack(lua_State* lua) { return unpack_from(lua, 0, INT_MAX, Returns::Values); }

int unpack_one(lua_State* lua)
{
    return unpack_from(lua, luaL_optint(lua, 2, 0), 1, Returns::OffsetAndValues);
}

int unpack_limit(lua_State* lua)
{
    const int limit = luaL_checkint(lua, 2);
    const int offset = luaL_optint(lua, 3, 0);
    if (limit == 0 && offset == 0) return unpack(lua);
    return unpack_from(lua, offset, limit, Returns::OffsetAndValues);
}

constexpr Function kFunctions[] = {
    {"pack", pack},
    {"unpack", unpack},
    {"unpack_one", unpack_one},
    {"unpack_limit", unpack_limit},
};

}  // namespace

void open_cmsgpack(lua_State* lua)
{
    lua_newtable(lua);
    set_functions(lua, kFunctions);
    set_text(lua, "_NAME", "cmsgpack");
    set_text(lua, "_VERSION", "lua-cmsgpack 0.4.0");
    set_text(lua, "_COPYRIGHT", "Copyright (C) 2012, Salvatore Sanfilippo");
    set_text(lua, "_DESCRIPTION", "MessagePack C implementation for Lua");
    lua_setglobal(lua, "cmsgpack");
}

}  // namespace server::scripting
