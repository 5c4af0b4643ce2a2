#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "ascii/case.h"
#include "server/scripting/libraries/json.h"
#include "server/scripting/run.h"

namespace server::scripting {

namespace {

struct Token
{
    enum class Type {
        ObjectBegin,
        ObjectEnd,
        ArrayBegin,
        ArrayEnd,
        Comma,
        Colon,
        String,
        Number,
        True,
        False,
        Null,
        End,
        Wrong
    };
    Type type;
    std::size_t start;
    double number = 0;
    const char* reason = nullptr;  ///< what is wrong
};

const char* name_of(const Token& token)
{
    using enum Token::Type;
    switch (token.type) {
        case ObjectBegin: return "T_OBJ_BEGIN";
        case ObjectEnd: return "T_OBJ_END";
        case ArrayBegin: return "T_ARR_BEGIN";
        case ArrayEnd: return "T_ARR_END";
        case Comma: return "T_COMMA";
        case Colon: return "T_COLON";
        case String: return "T_STRING";
        case Number: return "T_NUMBER";
        case True:
        case False: return "T_BOOLEAN";
        case Null: return "T_NULL";
        case End: return "T_END";
        case Wrong: return token.reason;
    }
    return "";
}

/// Cuts the text into tokens. A NUL ends it, wherever it stands.
class Scanner
{
public:
    Scanner(std::string_view text, bool takes_invalid_numbers)
        : text_(text), takes_invalid_numbers_(takes_invalid_numbers)
    {}

    Token next()
    {
        using enum Token::Type;
        while (is_space(peek())) ++at_;
        switch (peek()) {
            case '{': return single(ObjectBegin);
            case '}': return single(ObjectEnd);
            case '[': return single(ArrayBegin);
            case ']': return single(ArrayEnd);
            case ',': return single(Comma);
            case ':': return single(Colon);
            case '\0': return {.type = End, .start = at_};
            case '"': return string();
            case 't': return word("true", True);
            case 'f': return word("false", False);
            case 'n': return is_next("null") ? word("null", Null) : number_in_letters();
            case 'N':
            case 'i':
            case 'I': return number_in_letters();
            default: return number();
        }
    }

    /// The text of the string token that came last.
    std::string_view string_text() const { return string_; }

    std::size_t place() const { return at_; }

private:
    static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

    /// A NUL stands behind the text, too.
    char peek() const { return text_.data()[at_]; }

    bool is_next(std::string_view word) const { return text_.substr(at_).starts_with(word); }

    Token single(Token::Type type) { return {.type = type, .start = at_++}; }

    Token wrong(const char* reason) const
    {
        return {.type = Token::Type::Wrong, .start = at_, .reason = reason};
    }

    Token word(std::string_view expected, Token::Type type)
    {
        if (!is_next(expected)) return wrong("invalid token");
        const std::size_t start = at_;
        at_ += expected.size();
        return {.type = type, .start = start};
    }

    Token number_in_letters()
    {
        const auto start = text_.substr(at_, 3);
        const bool is_number =
            ascii::equal_ignoring_case(start, "nan") || ascii::equal_ignoring_case(start, "inf");
        if (!is_number || !takes_invalid_numbers_) return wrong("invalid token");
        return read_number();
    }

    Token number()
    {
        const char c = peek();
        const bool may_begin = c == '-' || (c == '+' && takes_invalid_numbers_);
        if (!may_begin && (c < '0' || c > '9')) return wrong("invalid token");
        if (!takes_invalid_numbers_ && is_invalid_number()) return wrong("invalid number");
        return read_number();
    }

    /// What C reads and JSON does not: 01, 0x1, -nan, -inf.
    bool is_invalid_number() const
    {
        std::string_view rest = text_.substr(at_);
        if (rest.starts_with('-')) rest.remove_prefix(1);
        if (rest.starts_with('0') && rest.size() > 1) {
            const char c = rest[1];
            return c == 'x' || c == 'X' || (c >= '0' && c <= '9');
        }
        const auto start = rest.substr(0, 3);
        return ascii::equal_ignoring_case(start, "nan") || ascii::equal_ignoring_case(start, "inf");
    }

    Token read_number()
    {
        const char* const begin = text_.data() + at_;
        Token token{.type = Token::Type::Number, .start = at_};
        const char* end = read_decimal(begin, token.number);
        if (end == nullptr) {
            char* end_of_any = nullptr;
            token.number = std::strtod(begin, &end_of_any);
            end = end_of_any;
        }
        if (end == begin) return wrong("invalid number");
        at_ += static_cast<std::size_t>(end - begin);
        return token;
    }

    /// The end of a number as JSON has them, which strtod would read slowly; nullptr if it may be
    /// one of another kind, such as 0x1 or 1e999.
    const char* read_decimal(const char* begin, double& number) const
    {
        const char first = *begin == '-' ? begin[1] : *begin;
        if (first < '0' || first > '9') return nullptr;
        const char* const end_of_text = text_.data() + text_.size();
        const auto [end, error] = std::from_chars(begin, end_of_text, number);
        const bool is_whole = *end == ',' || *end == ']' || *end == '}' || is_space(*end);
        return error == std::errc{} && is_whole ? end : nullptr;
    }

    Token string()
    {
        const std::size_t start = at_++;
        string_.clear();
        while (true) {
            const std::size_t plain = at_;
            while (peek() != '"' && peek() != '\\' && peek() != '\0') ++at_;
            string_.append(text_.data() + plain, at_ - plain);
            if (peek() == '\0') return wrong("unexpected end of string");
            if (peek() == '"') break;
            const char* const reason = read_escape();
            if (reason != nullptr) return wrong(reason);
        }
        ++at_;
        return {.type = Token::Type::String, .start = start};
    }

    /// What is wrong with it, or nullptr. Moves on only if nothing is.
    const char* read_escape()
    {
        const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
        if (letter == 'u') return read_code() ? nullptr : "invalid unicode escape code";
        constexpr std::string_view kLetters = "\"\\/bfnrt";
        constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const auto found = kLetters.find(letter);
        if (found == std::string_view::npos) return "invalid escape code";
        string_ += kMeanings[found];
        at_ += 2;
        return nullptr;
    }

    /// \u1234, or two of them for what is beyond 16 bits.
    bool read_code()
    {
        const auto first = code_at(at_);
        if (!first || (*first & 0xfc00) == 0xdc00) return false;
        if ((*first & 0xfc00) != 0xd800) {
            add_utf8(*first);
            at_ += 6;
            return true;
        }
        const auto second = code_at(at_ + 6);
        if (!second || (*second & 0xfc00) != 0xdc00) return false;
        add_utf8(0x10000 + ((*first & 0x3ff) << 10 | (*second & 0x3ff)));
        at_ += 12;
        return true;
    }

    std::optional<std::uint32_t> code_at(std::size_t place) const
    {
        if (place + 6 > text_.size() || text_[place] != '\\' || text_[place + 1] != 'u')
            return std::nullopt;
        std::uint32_t code = 0;
        for (const char c : text_.substr(place + 2, 4)) {
            const char letter = ascii::to_lower(c);
            if (c >= '0' && c <= '9') {
                code = code << 4 | static_cast<std::uint32_t>(c - '0');
            } else if (letter >= 'a' && letter <= 'f') {
                code = code << 4 | static_cast<std::uint32_t>(letter - 'a' + 10);
            } else {
                return std::nullopt;
            }
        }
        return code;
    }

    void add_utf8(std::uint32_t code)
    {
        const auto add = [&](std::uint32_t byte) { string_ += static_cast<char>(byte); };
        if (code < 0x80) return add(code);
        if (code < 0x800) {
            add(0xc0 | code >> 6);
        } else {
            if (code < 0x10000) {
                add(0xe0 | code >> 12);
            } else {
                add(0xf0 | code >> 18);
                add(0x80 | (code >> 12 & 0x3f));
            }
            add(0x80 | (code >> 6 & 0x3f));
        }
        add(0x80 | (code & 0x3f));
    }

    std::string_view text_;
    const bool takes_invalid_numbers_;
    std::size_t at_ = 0;
    std::string string_;
};

class Reader
{
public:
    Reader(lua_State* lua, const JsonSettings& settings, std::string_view text)
        : lua_(lua),
          max_depth_(std::min(settings.decode_max_depth, kMaxJsonDepth)),
          scanner_(text, settings.decode_invalid_numbers == JsonSettings::InvalidNumbers::Allow)
    {}

    void read()
    {
        push_value(scanner_.next());
        const Token end = scanner_.next();
        if (end.type != Token::Type::End) refuse("the end", end);
    }

private:
    void refuse(const char* expected, const Token& found)
    {
        luaL_error(lua_, "Expected %s but found %s at character %d", expected, name_of(found),
                   static_cast<int>(found.start + 1));
    }

    void push_value(const Token& token)
    {
        pace_.step();
        switch (token.type) {
            case Token::Type::String: return push(lua_, scanner_.string_text());
            case Token::Type::Number: return lua_pushnumber(lua_, token.number);
            case Token::Type::True: return lua_pushboolean(lua_, 1);
            case Token::Type::False: return lua_pushboolean(lua_, 0);
            case Token::Type::Null: return lua_pushlightuserdata(lua_, nullptr);
            case Token::Type::ObjectBegin: return push_object();
            case Token::Type::ArrayBegin: return push_array();
            default: refuse("value", token);
        }
    }

    void enter()
    {
        ++depth_;
        if (depth_ > max_depth_ || lua_checkstack(lua_, 3) == 0) {
            luaL_error(lua_, "Found too many nested data structures (%d) at character %d", depth_,
                       static_cast<int>(scanner_.place()));
        }
        lua_newtable(lua_);
    }

    void push_object()
    {
        enter();
        Token token = scanner_.next();
        if (token.type == Token::Type::ObjectEnd) return leave();
        while (true) {
            if (token.type != Token::Type::String) refuse("object key string", token);
            push(lua_, scanner_.string_text());
            token = scanner_.next();
            if (token.type != Token::Type::Colon) refuse("colon", token);
            push_value(scanner_.next());
            lua_rawset(lua_, -3);
            token = scanner_.next();
            if (token.type == Token::Type::ObjectEnd) return leave();
            if (token.type != Token::Type::Comma) refuse("comma or object end", token);
            token = scanner_.next();
        }
    }

    void push_array()
    {
        enter();
        Token token = scanner_.next();
        if (token.type == Token::Type::ArrayEnd) return leave();
        for (int i = 1;; ++i) {
            push_value(token);
            lua_rawseti(lua_, -2, i);
            token = scanner_.next();
            if (token.type == Token::Type::ArrayEnd) return leave();
            if (token.type != Token::Type::Comma) refuse("comma or array end", token);
            token = scanner_.next();
        }
    }

    void leave() { --depth_; }

    lua_State* lua_;
    const int max_depth_;
    int depth_ = 0;
    Scanner scanner_;
    Pace pace_{lua_};
};

}  // namespace

void read_json(lua_State* lua, const JsonSettings& settings, std::string_view text)
{
    if (text.size() >= 2 && (text[0] == '\0' || text[1] == '\0'))
        luaL_error(lua, "JSON parser does not support UTF-16 or UTF-32");
    Reader{lua, settings, text}.read();
}

}  // namespace server::scripting
