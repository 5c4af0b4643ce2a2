#include <algorithm>
#include <array>
#include <climits>
#include <cmath>
#include <cstdio>
#include <utility>

#include "protocol/decimal.h"
#include "server/scripting/libraries/json.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

using InvalidNumbers = JsonSettings::InvalidNumbers;

/// What follows the backslash; 0 if the character stands for itself, 'u' if it needs its code.
constexpr std::array<char, 256> make_escapes()
{
    std::array<char, 256> escapes{};
    for (std::size_t c = 0; c < 32; ++c) escapes[c] = 'u';
    escapes[127] = 'u';
    for (const char c : {'"', '\\', '/'}) escapes[static_cast<unsigned char>(c)] = c;
    escapes['\b'] = 'b';
    escapes['\f'] = 'f';
    escapes['\n'] = 'n';
    escapes['\r'] = 'r';
    escapes['\t'] = 't';
    return escapes;
}

constexpr auto kEscapes = make_escapes();

class Writer
{
public:
    Writer(lua_State* lua, const JsonSettings& settings)
        : lua_(lua),
          settings_(settings),
          max_depth_(std::min(settings.encode_max_depth, kMaxJsonDepth))
    {}

    /// The value on top of the stack, which stays there.
    void write()
    {
        look_around();
        switch (lua_type(lua_, -1)) {
            case LUA_TSTRING: return write_string(text_at(lua_, -1));
            case LUA_TNUMBER: return write_number(lua_tonumber(lua_, -1));
            case LUA_TBOOLEAN: return add(lua_toboolean(lua_, -1) != 0 ? "true" : "false");
            case LUA_TTABLE: return write_table();
            case LUA_TNIL: return add("null");
            case LUA_TLIGHTUSERDATA:
                if (lua_touserdata(lua_, -1) == nullptr) return add("null");
                [[fallthrough]];
            default: refuse("type not supported");
        }
    }

    std::string take_text() { return std::move(text_); }

private:
    static constexpr std::size_t kMaxBytes = std::size_t{256} << 20;

    void add(std::string_view text) { text_ += text; }

    [[noreturn]] void refuse(const char* reason)
    {
        luaL_error(lua_, "Cannot serialise %s: %s", luaL_typename(lua_, -1), reason);
        __builtin_unreachable();
    }

    /// Tables that hold each other can describe more than fits anywhere.
    void look_around()
    {
        check_size(0);
        pace_.step();
    }

    void check_size(std::size_t more)
    {
        if (text_.size() + more > kMaxBytes)
            luaL_error(lua_, "Cannot serialise, the text is too long");
    }

    void write_string(std::string_view string)
    {
        check_size(string.size());
        add("\"");
        std::size_t written = 0;
        for (std::size_t i = 0; i < string.size(); ++i) {
            const auto c = static_cast<unsigned char>(string[i]);
            const char escape = kEscapes[c];
            if (escape == 0) [[likely]]
                continue;
            add(string.substr(written, i - written));
            check_size(string.size() - i);
            written = i + 1;
            text_ += '\\';
            text_ += escape;
            if (escape == 'u') add_code(c);
        }
        add(string.substr(written));
        add("\"");
    }

    void add_code(unsigned char c)
    {
        constexpr std::string_view kDigits = "0123456789abcdef";
        add("00");
        text_ += kDigits[c >> 4];
        text_ += kDigits[c & 15];
    }

    void write_number(double number)
    {
        if (!std::isfinite(number) && settings_.encode_invalid_numbers != InvalidNumbers::Allow) {
            if (settings_.encode_invalid_numbers == InvalidNumbers::Null) return add("null");
            refuse("must not be NaN or Inf");
        }
        add_number(number);
    }

    /// As printf's %.14g, which is slow.
    void add_number(double number)
    {
        if (std::isnan(number)) return add("nan");  // whatever its sign
        if (number == 0) return add(std::signbit(number) ? "-0" : "0");
        if (std::isfinite(number) && add_short_number(number)) return;
        std::array<char, 32> digits;
        const int size =
            std::snprintf(digits.data(), digits.size(), "%.*g", settings_.number_precision, number);
        add({digits.data(), static_cast<std::size_t>(size)});
    }

    /// False if printf would round, or write an exponent. Otherwise few digits that read back as
    /// the same double are those of printf: up to 15, no other number is as near.
    bool add_short_number(double number)
    {
        constexpr int kMaxUniqueDigits = 15;
        constexpr int kMaxZeros = 3;  // behind the point
        const protocol::Decimal decimal = protocol::to_decimal(std::fabs(number));
        const int most = std::min(settings_.number_precision, kMaxUniqueDigits);
        const int whole = decimal.size + decimal.exponent;  // digits before the point
        if (decimal.size > most || whole > most || whole < -kMaxZeros) return false;
        const std::string_view digits{decimal.digits, static_cast<std::size_t>(decimal.size)};
        if (decimal.exponent < 0 && digits.ends_with('0')) return false;
        if (number < 0) text_ += '-';
        if (decimal.exponent >= 0) {
            add(digits);
            text_.append(static_cast<std::size_t>(decimal.exponent), '0');
        } else if (whole > 0) {
            add(digits.substr(0, static_cast<std::size_t>(whole)));
            text_ += '.';
            add(digits.substr(static_cast<std::size_t>(whole)));
        } else {
            add("0.");
            text_.append(static_cast<std::size_t>(-whole), '0');
            add(digits);
        }
        return true;
    }

    void write_table()
    {
        ++depth_;
        if (depth_ > max_depth_ || lua_checkstack(lua_, 3) == 0)
            luaL_error(lua_, "Cannot serialise, excessive nesting (%d)", depth_);
        const int size = array_size();
        if (size > 0) {
            write_array(size);
        } else {
            write_object();
        }
        --depth_;
    }

    /// The greatest index, or 0 if the table is no array.
    int array_size()
    {
        double greatest = 0;
        double count = 0;
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1), ++count) {
            const double index = lua_type(lua_, -2) == LUA_TNUMBER ? lua_tonumber(lua_, -2) : 0;
            if (index >= 1 && index <= INT_MAX && std::floor(index) == index) {
                greatest = std::max(greatest, index);
                continue;
            }
            lua_pop(lua_, 2);
            return 0;
        }
        const bool is_sparse = settings_.sparse_ratio > 0 &&
                               greatest > count * settings_.sparse_ratio &&
                               greatest > settings_.sparse_safe;
        if (!is_sparse) return static_cast<int>(greatest);
        if (!settings_.convert_sparse) refuse("excessively sparse array");
        return 0;
    }

    void write_array(int size)
    {
        add("[");
        for (int i = 1; i <= size; ++i) {
            if (i > 1) add(",");
            lua_rawgeti(lua_, -1, i);
            write();
            lua_pop(lua_, 1);
        }
        add("]");
    }

    void write_object()
    {
        add("{");
        bool is_first = true;
        for (lua_pushnil(lua_); lua_next(lua_, -2) != 0; lua_pop(lua_, 1)) {
            if (!is_first) add(",");
            is_first = false;
            write_key();
            add(":");
            write();
        }
        add("}");
    }

    /// The key lies under the value. Numbers are keys in quotes.
    void write_key()
    {
        switch (lua_type(lua_, -2)) {
            case LUA_TSTRING: return write_string(text_at(lua_, -2));
            case LUA_TNUMBER:
                add("\"");
                lua_pushvalue(lua_, -2);
                write_number(lua_tonumber(lua_, -1));
                lua_pop(lua_, 1);
                return add("\"");
            default: lua_pop(lua_, 1); refuse("table key must be a number or string");
        }
    }

    lua_State* lua_;
    const JsonSettings& settings_;
    const int max_depth_;
    std::string text_;
    int depth_ = 0;
    Pace pace_{lua_};
};

}  // namespace

std::string write_json(lua_State* lua, const JsonSettings& settings)
{
    Writer writer{lua, settings};
    writer.write();
    return writer.take_text();
}

}  // namespace server::scripting
