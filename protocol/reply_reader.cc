#include "protocol/reply_reader.h"

#include <charconv>
#include <limits>
#include <utility>

#include "ascii/integer.h"
#include "protocol/number_format.h"

namespace protocol {
namespace {

// What Redis sends at most, and more than a reader should be made to count.
constexpr std::int64_t kMaxBulkBytes = 512LL * 1024 * 1024 * 1024;
constexpr std::size_t kFormatSize = 3;

[[noreturn]] void refuse(const std::string& why) { throw ProtocolError{"Protocol error: " + why}; }

std::int64_t integer_of(std::string_view line)
{
    if (line.starts_with('+')) line.remove_prefix(1);  // RESP3 allows it
    const auto value = ascii::parse_integer(line);
    if (!value) refuse("bad integer in reply");
    return *value;
}

double double_of(std::string_view line)
{
    double value = 0;
    const char* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data(), end, value);
    if (stop != end || error == std::errc::invalid_argument) refuse("bad double in reply");
    if (error == std::errc::result_out_of_range) value = std::numeric_limits<double>::infinity();
    return value;
}

Value value_of(Value::Kind kind, std::string_view text = {})
{
    Value value;
    value.kind = kind;
    value.text = text;
    return value;
}

Value::Kind aggregate_kind(char mark)
{
    switch (mark) {
        case '*': return Value::Kind::Array;
        case '%': return Value::Kind::Map;
        case '~': return Value::Kind::Set;
        case '>': return Value::Kind::Push;
        default: return Value::Kind::Attribute;
    }
}

Value boolean_of(std::string_view line)
{
    if (line != "t" && line != "f") refuse("bad boolean in reply");
    Value value = value_of(Value::Kind::Boolean);
    value.boolean = line == "t";
    return value;
}

Value number_of(char mark, std::string_view line)
{
    Value value = value_of(mark == ':' ? Value::Kind::Integer : Value::Kind::Double);
    if (mark == ':') {
        value.integer = integer_of(line);
    } else {
        value.number = double_of(line);
        value.text = line;
    }
    return value;
}

}  // namespace

std::optional<Value> ReplyReader::next(std::string_view input, std::size_t& used)
{
    rest_ = input;
    auto value = read(0);
    if (value) used = input.size() - rest_.size();
    return value;
}

std::optional<Value> ReplyReader::read(int depth)
{
    const auto line = read_line();
    if (!line) return std::nullopt;
    if (line->empty()) refuse("empty line in reply");
    const char mark = line->front();
    const std::string_view text = line->substr(1);
    switch (mark) {
        case '+': return value_of(Value::Kind::Simple, text);
        case '-': return value_of(Value::Kind::Error, text);
        case '(': return value_of(Value::Kind::BigNumber, text);
        case '_': return value_of(Value::Kind::Null);
        case '#': return boolean_of(text);
        case ':':
        case ',': return number_of(mark, text);
        case '$':
        case '=': return read_bytes(mark, text);
        case '*':
        case '%':
        case '~':
        case '>':
        case '|': return read_aggregate(mark, text, depth);
        default: refuse(std::string{"unknown type '"} + mark + "' in reply");
    }
}

std::optional<std::string_view> ReplyReader::read_line()
{
    const auto end = rest_.find("\r\n");
    if (end == rest_.npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return line;
}

std::optional<Value> ReplyReader::read_bytes(char mark, std::string_view line)
{
    const std::int64_t size = integer_of(line);
    if (size == -1 && mark == '$') return value_of(Value::Kind::Null);
    if (size < 0 || size > kMaxBulkBytes) refuse("bad length in reply");
    const auto length = static_cast<std::size_t>(size);
    if (rest_.size() < length + 2) return std::nullopt;
    std::string_view bytes = rest_.substr(0, length);
    if (rest_.substr(length, 2) != "\r\n") refuse("bad end of string in reply");
    rest_.remove_prefix(length + 2);
    if (mark == '$') return value_of(Value::Kind::Bulk, bytes);

    if (length <= kFormatSize || bytes[kFormatSize] != ':') refuse("bad verbatim string in reply");
    Value value = value_of(Value::Kind::Verbatim, bytes.substr(kFormatSize + 1));
    value.format = bytes.substr(0, kFormatSize);
    return value;
}

std::optional<Value> ReplyReader::read_aggregate(char mark, std::string_view line, int depth)
{
    if (depth == kMaxDepth) refuse("reply nested too deep");
    std::int64_t left = integer_of(line);
    if (left == -1 && mark == '*') {
        Value null = value_of(Value::Kind::Null);
        null.null_array = true;
        return null;
    }
    if (left < 0 || left > std::numeric_limits<std::int32_t>::max()) refuse("bad size in reply");
    if (mark == '%' || mark == '|') left *= 2;

    Value value = value_of(aggregate_kind(mark));
    while (left > 0) {
        auto element = read(depth + 1);
        if (!element) return std::nullopt;
        if (element->kind != Value::Kind::Attribute) --left;
        value.elements.push_back(std::move(*element));
    }
    return value;
}

Value read_reply(std::string_view bytes)
{
    std::size_t used = 0;
    auto value = ReplyReader{}.next(bytes, used);
    if (!value) refuse("reply is not whole");
    if (used != bytes.size()) refuse("more than one reply");
    return std::move(*value);
}

}  // namespace protocol
