#include "server/scripting/values.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

namespace server::scripting {

namespace {

using protocol::ReplyWriter;
using protocol::Version;

std::string_view take_line(std::string_view& reply)
{
    const std::size_t end = reply.find('\r');
    const std::string_view line = reply.substr(1, end - 1);
    reply.remove_prefix(end + 2);
    return line;
}

/// Our own numbers: they need no check.
std::int64_t take_integer(std::string_view& reply)
{
    const char* at = reply.data() + 1;
    const bool is_negative = *at == '-';
    if (is_negative) ++at;
    std::uint64_t value = 0;
    for (; *at != '\r'; ++at) value = 10 * value + static_cast<std::uint64_t>(*at - '0');
    reply.remove_prefix(static_cast<std::size_t>(at - reply.data()) + 2);
    return static_cast<std::int64_t>(is_negative ? 0 - value : value);
}

double to_double(std::string_view digits)
{
    if (digits == "inf") return std::numeric_limits<double>::infinity();
    if (digits == "-inf") return -std::numeric_limits<double>::infinity();
    double value = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::string_view take_bytes(std::string_view& reply, std::size_t size)
{
    const std::string_view bytes = reply.substr(0, size);
    reply.remove_prefix(size + 2);
    return bytes;
}

/// For an aggregate and a value in it.
void make_room(lua_State* lua) { luaL_checkstack(lua, 8, "a reply is too deep"); }

/// Wraps the value on top of the stack in a table: {field = value}.
void wrap(lua_State* lua, const char* field)
{
    lua_createtable(lua, 0, 1);
    lua_insert(lua, -2);
    lua_setfield(lua, -2, field);
}

void push_bulk(lua_State* lua, std::string_view& reply)
{
    const std::int64_t size = take_integer(reply);
    if (size < 0) return lua_pushboolean(lua, 0);
    push(lua, take_bytes(reply, static_cast<std::size_t>(size)));
}

void push_array(lua_State* lua, std::string_view& reply)
{
    const auto size = static_cast<int>(take_integer(reply));
    if (size < 0) return lua_pushboolean(lua, 0);
    make_room(lua);
    lua_createtable(lua, size, 0);
    for (int i = 1; i <= size; ++i) {
        push_reply(lua, reply);
        lua_rawseti(lua, -2, i);
    }
}

void push_map(lua_State* lua, std::string_view& reply)
{
    const auto pairs = static_cast<int>(take_integer(reply));
    make_room(lua);
    lua_createtable(lua, 0, pairs);
    for (int i = 0; i < pairs; ++i) {
        push_reply(lua, reply);
        push_reply(lua, reply);
        lua_rawset(lua, -3);
    }
    wrap(lua, "map");
}

void push_set(lua_State* lua, std::string_view& reply)
{
    const auto size = static_cast<int>(take_integer(reply));
    make_room(lua);
    lua_createtable(lua, 0, size);
    for (int i = 0; i < size; ++i) {
        push_reply(lua, reply);
        lua_pushboolean(lua, 1);
        lua_rawset(lua, -3);
    }
    wrap(lua, "set");
}

void push_verbatim(lua_State* lua, std::string_view& reply)
{
    const auto size = static_cast<std::size_t>(take_integer(reply));
    const std::string_view bytes = take_bytes(reply, size);
    lua_createtable(lua, 0, 2);
    set_text(lua, "format", bytes.substr(0, 3));
    set_text(lua, "string", bytes.substr(4));
    wrap(lua, "verbatim_string");
}

/// Writes a value and what is in it.
class Writer
{
public:
    Writer(lua_State* lua, ReplyWriter& reply, Version script_version)
        : lua_(lua), reply_(reply), script_version_(script_version)
    {}

    bool write()
    {
        if (lua_checkstack(lua_, 4) == 0) {
            lua_pop(lua_, 1);
            reply_.error("ERR reached lua stack limit");
            return true;
        }
        if (reply_.size() > kMaxBytes) {
            lua_pop(lua_, 1);
            return false;
        }
        const bool whole = write_any();
        lua_pop(lua_, 1);
        return whole;
    }

private:
    // More than a client can want; tables that hold each other may describe far more.
    static constexpr std::size_t kMaxBytes = 512 * 1024 * 1024;

    bool write_any()
    {
        switch (lua_type(lua_, -1)) {
            case LUA_TSTRING: reply_.bulk(text_at(lua_, -1)); return true;
            case LUA_TNUMBER: reply_.integer(to_integer(lua_tonumber(lua_, -1))); return true;
            case LUA_TBOOLEAN: write_boolean(lua_toboolean(lua_, -1) != 0); return true;
            case LUA_TTABLE: return write_table();
            default: reply_.null(); return true;
        }
    }

    /// The fraction goes, as in C; what no integer can be is the one that the processor makes of
    /// it.
    static std::int64_t to_integer(double number)
    {
        constexpr double kLimit = 9223372036854775808.0;
        if (number >= -kLimit && number < kLimit) return static_cast<std::int64_t>(number);
        return std::numeric_limits<std::int64_t>::min();
    }

    void write_boolean(bool value)
    {
        if (script_version_ == Version::Resp3) return reply_.boolean(value);
        if (value) return reply_.integer(1);
        reply_.null();
    }

    /// Pushes a field if it has this type.
    bool push_field(const char* name, int type)
    {
        lua_pushstring(lua_, name);
        lua_rawget(lua_, -2);
        if (lua_type(lua_, -1) == type) return true;
        lua_pop(lua_, 1);
        return false;
    }

    /// Redis takes these as C takes a text: up to a NUL. Not inline: tables are written level by
    /// level, and with a sanitizer what stands in each frame is the stack of thousands.
    [[gnu::noinline]] std::string_view line_at_top() const
    {
        const std::string_view text = text_at(lua_, -1);
        return text.substr(0, text.find('\0'));
    }

    bool write_table()
    {
        if (push_field("err", LUA_TSTRING)) {
            reply_.error(line_at_top());
        } else if (push_field("ok", LUA_TSTRING)) {
            reply_.simple(line_at_top());
        } else if (push_field("double", LUA_TNUMBER)) {
            reply_.number(lua_tonumber(lua_, -1));
        } else if (push_field("map", LUA_TTABLE)) {
            return write_map();
        } else if (push_field("set", LUA_TTABLE)) {
            return write_set();
        } else if (push_field("big_number", LUA_TSTRING)) {
            reply_.big_number(text_at(lua_, -1));
        } else if (push_field("verbatim_string", LUA_TTABLE)) {
            write_verbatim();
        } else {
            return write_array();
        }
        lua_pop(lua_, 1);
        return true;
    }

    bool write_array()
    {
        const auto start = reply_.begin();
        std::size_t size = 0;
        while (true) {
            lua_rawgeti(lua_, -1, static_cast<int>(size) + 1);
            if (lua_isnil(lua_, -1)) break;
            if (!write()) return false;
            ++size;
        }
        lua_pop(lua_, 1);
        reply_.end_array(start, size);
        return true;
    }

    bool write_map()
    {
        const auto start = reply_.begin();
        std::size_t pairs = 0;
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; ++pairs) {
            lua_pushvalue(lua_, -2);
            if (!write() || !write()) {
                lua_pop(lua_, 2);
                return false;
            }
        }
        lua_pop(lua_, 1);
        reply_.end_map(start, pairs);
        return true;
    }

    bool write_set()
    {
        const auto start = reply_.begin();
        std::size_t size = 0;
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; ++size) {
            lua_pop(lua_, 1);
            lua_pushvalue(lua_, -1);
            if (!write()) {
                lua_pop(lua_, 2);
                return false;
            }
        }
        lua_pop(lua_, 1);
        reply_.end_set(start, size);
        return true;
    }

    void write_verbatim()
    {
        if (!push_field("format", LUA_TSTRING)) return reply_.null();
        if (push_field_below("string")) {
            reply_.verbatim(text_at(lua_, -2), text_at(lua_, -1));
            lua_pop(lua_, 1);
        } else {
            reply_.null();
        }
        lua_pop(lua_, 1);
    }

    /// Pushes a text from the table that lies under the top of the stack.
    bool push_field_below(const char* name)
    {
        lua_pushstring(lua_, name);
        lua_rawget(lua_, -3);
        if (lua_type(lua_, -1) == LUA_TSTRING) return true;
        lua_pop(lua_, 1);
        return false;
    }

    lua_State* lua_;
    ReplyWriter& reply_;
    Version script_version_;
};

}  // namespace

void push_reply(lua_State* lua, std::string_view& reply)
{
    switch (reply.front()) {
        case '$': return push_bulk(lua, reply);
        case ':': return lua_pushnumber(lua, static_cast<double>(take_integer(reply)));
        case '*':
        case '>': return push_array(lua, reply);
        case '%': return push_map(lua, reply);
        case '~': return push_set(lua, reply);
        case '=': return push_verbatim(lua, reply);
        case '+': push(lua, take_line(reply)); return wrap(lua, "ok");
        case '-': push(lua, take_line(reply)); return wrap(lua, "err");
        case '(': push(lua, take_line(reply)); return wrap(lua, "big_number");
        case '#': return lua_pushboolean(lua, take_line(reply) == "t" ? 1 : 0);
        case ',': lua_pushnumber(lua, to_double(take_line(reply))); return wrap(lua, "double");
        default: take_line(reply); return lua_pushnil(lua);
    }
}

bool write_reply(lua_State* lua, ReplyWriter& reply, Version script_version)
{
    return Writer{lua, reply, script_version}.write();
}

}  // namespace server::scripting
