#include <algorithm>
#include <cstring>
#include <string>

#include "server/scripting/libraries/libraries.h"
#include "server/scripting/libraries/pattern.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

/// As long as Redis's strings can be.
constexpr std::size_t kMaxStringBytes = std::size_t{512} << 20;

void append(lua_State* lua, std::string& result, std::string_view text)
{
    if (result.size() + text.size() > kMaxStringBytes)
        luaL_error(lua, "resulting string too large");
    result += text;
}

bool take_anchor(std::string_view& pattern)
{
    if (!pattern.starts_with('^')) return false;
    pattern.remove_prefix(1);
    return true;
}

/// The third argument, where a search begins: from 1, or from the end if negative.
std::size_t check_start(lua_State* lua, std::size_t size)
{
    const auto length = static_cast<std::ptrdiff_t>(size);
    std::ptrdiff_t start = luaL_optinteger(lua, 3, 1);
    if (start < 0) start += length + 1;
    return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(start - 1, 0, length));
}

int push_range(lua_State* lua, std::size_t start, std::size_t end)
{
    lua_pushnumber(lua, static_cast<lua_Number>(start + 1));
    lua_pushnumber(lua, static_cast<lua_Number>(end));
    return 2;
}

/// find() without a pattern.
int find_text(lua_State* lua, std::string_view subject, std::string_view text, std::size_t start)
{
    // memmem() takes time that grows with the sum of the sizes; string_view's find with the
    // product.
    const void* const found =
        memmem(subject.data() + start, subject.size() - start, text.data(), text.size());
    if (found == nullptr) {
        lua_pushnil(lua);
        return 1;
    }
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - subject.data());
    return push_range(lua, at, at + text.size());
}

bool is_plain(std::string_view pattern)
{
    const auto up_to_nul = pattern.substr(0, pattern.find('\0'));
    return up_to_nul.find_first_of("^$*+?.([%-") == std::string_view::npos;
}

enum class Wanted { Place, Captures };

/// find() and match().
template <Wanted wanted>
int search(lua_State* lua)
{
    const std::string_view subject = check_text(lua, 1);
    std::string_view pattern = check_text(lua, 2);
    const std::size_t first = check_start(lua, subject.size());
    if (wanted == Wanted::Place && (lua_toboolean(lua, 4) != 0 || is_plain(pattern)))
        return find_text(lua, subject, pattern, first);

    const bool is_anchored = take_anchor(pattern);
    Matcher matcher{lua, subject, pattern};
    for (std::size_t start = first; start <= subject.size(); ++start) {
        if (const auto end = matcher.match(start)) {
            if constexpr (wanted == Wanted::Captures) return matcher.push_captures(start, *end);
            return push_range(lua, start, *end) + matcher.push_captures();
        }
        if (is_anchored) break;
    }
    lua_pushnil(lua);
    return 1;
}

/// What gmatch() returns. Its upvalues: subject, pattern, where to go on.
int next_match(lua_State* lua)
{
    const std::string_view subject = text_at(lua, lua_upvalueindex(1));
    Matcher matcher{lua, subject, text_at(lua, lua_upvalueindex(2))};
    auto start = static_cast<std::size_t>(lua_tointeger(lua, lua_upvalueindex(3)));
    for (; start <= subject.size(); ++start) {
        const auto end = matcher.match(start);
        if (!end) continue;
        const std::size_t next = *end == start ? *end + 1 : *end;
        lua_pushinteger(lua, static_cast<lua_Integer>(next));
        lua_replace(lua, lua_upvalueindex(3));
        return matcher.push_captures(start, *end);
    }
    return 0;
}

int gmatch(lua_State* lua)
{
    luaL_checkstring(lua, 1);
    luaL_checkstring(lua, 2);
    lua_settop(lua, 2);
    lua_pushinteger(lua, 0);
    lua_pushcclosure(lua, next_match, 3);
    return 1;
}

/// gsub(): puts its third argument in place of matches.
class Replacer
{
public:
    Replacer(lua_State* lua, Matcher& matcher) : lua_(lua), matcher_(matcher) {}

    void replace(std::string& result, std::size_t start, std::size_t end)
    {
        switch (lua_type(lua_, 3)) {
            case LUA_TFUNCTION:
                lua_pushvalue(lua_, 3);
                lua_call(lua_, matcher_.push_captures(start, end), 1);
                break;
            case LUA_TTABLE:
                matcher_.push_capture(0, start, end);
                lua_gettable(lua_, 3);
                break;
            default: return fill_in(result, start, end);
        }
        if (lua_toboolean(lua_, -1) == 0) {  // then the match stays
            append(lua_, result, matcher_.subject().substr(start, end - start));
        } else if (lua_isstring(lua_, -1) != 0) {
            append(lua_, result, text_at(lua_, -1));
        } else {
            luaL_error(lua_, "invalid replacement value (a %s)", luaL_typename(lua_, -1));
        }
        lua_pop(lua_, 1);
    }

private:
    /// A text in which %0 is the match and %1 a capture.
    void fill_in(std::string& result, std::size_t start, std::size_t end)
    {
        std::string_view rest = text_at(lua_, 3);
        while (true) {
            const auto percent = rest.find('%');
            append(lua_, result, rest.substr(0, percent));
            if (percent == std::string_view::npos) return;
            rest.remove_prefix(percent + 1);
            const char next = rest.empty() ? '\0' : rest.front();  // as in Lua: it sees C's end
            if (next == '0') {
                append(lua_, result, matcher_.subject().substr(start, end - start));
            } else if (next >= '1' && next <= '9') {
                matcher_.push_capture(static_cast<std::size_t>(next - '1'), start, end);
                append(lua_, result, text_at(lua_, -1));
                lua_pop(lua_, 1);
            } else {
                append(lua_, result, {&next, 1});
            }
            if (!rest.empty()) rest.remove_prefix(1);
        }
    }

    lua_State* lua_;
    Matcher& matcher_;
};

int gsub(lua_State* lua)
{
    const std::string_view subject = check_text(lua, 1);
    std::string_view pattern = check_text(lua, 2);
    const int type = lua_type(lua, 3);
    const int max = luaL_optint(lua, 4, static_cast<int>(subject.size()) + 1);
    luaL_argcheck(
        lua,
        type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE,
        3, "string/function/table expected");
    const bool is_anchored = take_anchor(pattern);
    Matcher matcher{lua, subject, pattern};
    Replacer replacer{lua, matcher};
    std::string result;
    std::size_t at = 0;
    int count = 0;
    while (count < max) {
        const auto end = matcher.match(at);
        if (end) {
            ++count;
            replacer.replace(result, at, *end);
        }
        if (end && *end > at) {
            at = *end;
        } else if (at < subject.size()) {
            append(lua, result, subject.substr(at++, 1));
        } else {
            break;
        }
        if (is_anchored) break;
    }
    append(lua, result, subject.substr(at));
    push(lua, result);
    lua_pushinteger(lua, count);
    return 2;
}

int rep(lua_State* lua)
{
    const std::string_view text = check_text(lua, 1);
    const int count = luaL_checkint(lua, 2);
    const std::size_t times = count > 0 && !text.empty() ? static_cast<std::size_t>(count) : 0;
    if (times > kMaxStringBytes / std::max<std::size_t>(text.size(), 1))
        return luaL_error(lua, "resulting string too large");
    look_if_long(lua, times * text.size());
    std::string result;
    if (text.size() == 1) {
        result.assign(times, text.front());
    } else {
        result.reserve(times * text.size());
        for (std::size_t i = 0; i < times; ++i) result += text;
    }
    push(lua, result);
    return 1;
}

/// upper(), lower(), reverse(): Lua's own, upvalue 1.
int change_letters(lua_State* lua)
{
    look_if_long(lua, check_text(lua, 1).size());
    return call_wrapped(lua);
}

constexpr Function kFunctions[] = {
    {"find", search<Wanted::Place>},
    {"match", search<Wanted::Captures>},
    {"gmatch", gmatch},
    {"gfind", gmatch},  // its name in Lua 5.0
    {"gsub", gsub},
    {"rep", rep},
};

}  // namespace

void mend_string(lua_State* lua)
{
    lua_getglobal(lua, LUA_STRLIBNAME);
    set_functions(lua, kFunctions);
    for (const char* name : {"upper", "lower", "reverse"}) wrap_function(lua, name, change_letters);
    lua_pop(lua, 1);
}

}  // namespace server::scripting
