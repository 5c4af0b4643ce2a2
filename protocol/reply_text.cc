#include "protocol/reply_text.h"

#include <cstddef>

namespace protocol {
namespace {

// The mark behind an element's index. redis-cli has none of its own for pushes and attributes.
char index_mark(Value::Kind kind)
{
    if (kind == Value::Kind::Set) return '~';
    if (kind == Value::Kind::Map) return '#';
    return ')';
}

std::string empty_text(Value::Kind kind)
{
    switch (kind) {
        case Value::Kind::Map: return "(empty hash)";
        case Value::Kind::Set: return "(empty set)";
        case Value::Kind::Push: return "(empty push)";
        case Value::Kind::Array: return "(empty array)";
        default: return "(empty aggregate type)";
    }
}

// Whether redis-cli begins a map's value on a line of its own: several elements, however deep.
bool takes_lines(const Value& value)
{
    if (value.elements.empty()) return false;
    const std::size_t one = value.kind == Value::Kind::Map ? 2 : 1;
    return value.elements.size() > one || takes_lines(value.elements.back());
}

std::string indented(const Value& value, const std::string& indent);

std::string aggregate_text(const Value& value, const std::string& indent)
{
    if (value.elements.empty()) return empty_text(value.kind);
    const bool pairs = value.kind == Value::Kind::Map;
    const std::size_t step = pairs ? 2 : 1;
    const std::size_t width = std::to_string(value.elements.size() / step).size();
    const std::string inner = indent + std::string(width + 2, ' ');

    std::string text;
    for (std::size_t i = 0; i + step <= value.elements.size(); i += step) {
        const std::string index = std::to_string(i / step + 1);
        // The first element stands on its aggregate's own line.
        if (i > 0) text += '\n' + indent;
        text += std::string(width - index.size(), ' ') + index + index_mark(value.kind) + ' ';
        text += indented(value.elements[i], inner);
        if (!pairs) continue;
        const Value& mapped = value.elements[i + 1];
        text += takes_lines(mapped) ? " => \n" + inner : " => ";
        text += indented(mapped, inner);
    }
    return text;
}

std::string indented(const Value& value, const std::string& indent)
{
    switch (value.kind) {
        case Value::Kind::Error: return "(error) " + value.text;
        case Value::Kind::Integer: return "(integer) " + std::to_string(value.integer);
        case Value::Kind::Double: return "(double) " + value.text;
        case Value::Kind::Bulk: return quote(value.text);
        case Value::Kind::Null: return "(nil)";
        case Value::Kind::Boolean: return value.boolean ? "(true)" : "(false)";
        case Value::Kind::Simple:
        case Value::Kind::BigNumber:
        case Value::Kind::Verbatim: return value.text;
        case Value::Kind::Array:
        case Value::Kind::Map:
        case Value::Kind::Set:
        case Value::Kind::Push:
        case Value::Kind::Attribute: return aggregate_text(value, indent);
    }
    return {};
}

}  // namespace

std::string to_text(const Value& value) { return indented(value, ""); }

std::string quote(std::string_view bytes)
{
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    std::string text = "\"";
    for (const char c : bytes) {
        switch (c) {
            case '\\':
            case '"':
                text += '\\';
                text += c;
                break;
            case '\n': text += "\\n"; break;
            case '\r': text += "\\r"; break;
            case '\t': text += "\\t"; break;
            case '\a': text += "\\a"; break;
            case '\b': text += "\\b"; break;
            default: {
                if (c >= ' ' && c <= '~') {
                    text += c;
                    break;
                }
                const auto byte = static_cast<unsigned char>(c);
                text += "\\x";
                text += kHexDigits[byte / 16];
                text += kHexDigits[byte % 16];
            }
        }
    }
    return text + '"';
}

}  // namespace protocol
