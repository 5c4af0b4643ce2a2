#include "protocol/request_parser.h"

#include <algorithm>

#include "ascii/integer.h"
#include "protocol/number_format.h"
#include "protocol/short_number.h"

namespace protocol {
namespace {

constexpr std::int64_t kUnauthenticatedArguments = RequestLimits::kUnauthenticatedArguments;
constexpr std::int64_t kUnauthenticatedBulkBytes = RequestLimits::kUnauthenticatedBulkBytes;

// Lengths up to here are read on the fast path.
constexpr std::int64_t kShortBulkBytes = kUnauthenticatedBulkBytes;

// After a larger request the vector's memory is given back.
constexpr std::size_t kKeptArguments = 4096;
constexpr std::size_t kKeptUnquoted = 4096;

// From here on it is worth knowing how much of an argument is missing.
constexpr std::int64_t kLongBulkBytes = 32 * 1024;

constexpr std::size_t kNotFound = std::string_view::npos;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

char unescape(char c)
{
    switch (c) {
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        case 'b': return '\b';
        case 'a': return '\a';
        default: return c;
    }
}

[[noreturn]] void refuse(const std::string& why) { throw ProtocolError{"Protocol error: " + why}; }

}  // namespace

bool RequestParser::next(std::string_view input)
{
    if (phase_ == Phase::Start) {
        if (input.empty()) {
            arguments_.clear();
            position_ = 0;
            return false;
        }
        start(input);
    } else if (base_ != input.data()) {
        follow(input.data());
    }
    bool whole = false;
    if (phase_ == Phase::Inline) {
        whole = read_inline(input);
    } else {
        whole = (phase_ != Phase::Count || read_count(input)) && read_bulks(input);
    }
    if (whole) phase_ = Phase::Start;
    return whole;
}

void RequestParser::release()
{
    if (!is_between_requests()) return;
    if (arguments_.capacity() > kKeptArguments) [[unlikely]]
        std::vector<std::string_view>{}.swap(arguments_);
    if (unquoted_.capacity() > kKeptUnquoted) [[unlikely]]
        std::string{}.swap(unquoted_);
}

std::size_t RequestParser::missing(std::size_t received) const
{
    if (phase_ != Phase::Bulk || bulk_bytes_ < kLongBulkBytes) return 0;
    const std::size_t needed = position_ + static_cast<std::size_t>(bulk_bytes_) + 2;
    return needed - std::min(needed, received);
}

void RequestParser::start(std::string_view input)
{
    arguments_.clear();
    base_ = input.data();
    position_ = 0;
    scanned_ = 0;
    phase_ = input.front() == '*' ? Phase::Count : Phase::Inline;
}

// The caller's buffer has moved: so do the arguments that were cut from it.
void RequestParser::follow(const char* base)
{
    for (auto& argument : arguments_) {
        argument = {base + (argument.data() - base_), argument.size()};
    }
    base_ = base;
}

// Redis looks for line ends with strchr, so a NUL byte hides everything behind it until the line is
// too long; clients may see that, so it is kept. Redis also lets a longer line pass if its end
// comes in the same read as the 64 KB mark; here the answer does not depend on the reads.
std::size_t RequestParser::find_line_end(std::string_view input, char line_end,
                                         const char* too_long)
{
    std::size_t at = std::max(scanned_, position_);
    while (at < input.size() && input[at] != line_end && input[at] != '\0') ++at;
    scanned_ = at;
    const bool found = at < input.size() && input[at] == line_end;
    const std::size_t length = (found ? at : input.size()) - position_;
    if (length > limits_.max_inline_bytes) refuse(too_long);
    return found ? at : kNotFound;
}

bool RequestParser::read_count(std::string_view input)
{
    const char* const end = input.data() + input.size();
    if (const char* behind = read_short_number(input.data() + 1, end, remaining_);
        behind != nullptr && remaining_ <= limits_.max_arguments &&
        (limits_.authenticated || remaining_ <= kUnauthenticatedArguments)) {
        position_ = static_cast<std::size_t>(behind - input.data());
        phase_ = Phase::Size;
        return true;
    }

    const std::size_t line_end = find_line_end(input, '\r', "too big mbulk count string");
    // The byte after CR must be there, and may be any: Redis never looks at it.
    if (line_end == kNotFound || line_end + 2 > input.size()) return false;
    const auto count = ascii::parse_integer(input.substr(1, line_end - 1));
    if (!count || *count > limits_.max_arguments) refuse("invalid multibulk length");
    if (*count > kUnauthenticatedArguments && !limits_.authenticated) {
        refuse("unauthenticated multibulk length");
    }
    remaining_ = *count;
    position_ = line_end + 2;
    phase_ = Phase::Size;
    return true;
}

bool RequestParser::read_bulks(std::string_view input)
{
    const char* const begin = input.data();
    const char* const end = begin + input.size();
    const char* at = begin + position_;
    const std::int64_t short_limit = std::min(kShortBulkBytes, limits_.max_bulk_bytes);
    std::int64_t size = bulk_bytes_;
    bool size_known = phase_ == Phase::Bulk;

    for (; remaining_ > 0; --remaining_) {
        if (!size_known) {
            const char* behind =
                at < end && *at == '$' ? read_short_number(at + 1, end, size) : nullptr;
            if (behind != nullptr && size <= short_limit) {
                at = behind;
            } else {
                position_ = static_cast<std::size_t>(at - begin);
                phase_ = Phase::Size;
                if (!read_bulk_size(input)) return false;
                at = begin + position_;
                size = bulk_bytes_;
            }
        }
        // The two bytes after the argument may be any, too. `size` may be the highest number there
        // is: nothing is added to it.
        if (size > end - at - 2) {
            position_ = static_cast<std::size_t>(at - begin);
            bulk_bytes_ = size;
            phase_ = Phase::Bulk;
            return false;
        }
        arguments_.emplace_back(at, static_cast<std::size_t>(size));
        at += size + 2;
        size_known = false;
    }
    position_ = static_cast<std::size_t>(at - begin);
    return true;
}

// The line before an argument, such as "$5", in all its forms. False if it is not whole.
bool RequestParser::read_bulk_size(std::string_view input)
{
    const std::size_t line_end = find_line_end(input, '\r', "too big bulk count string");
    if (line_end == kNotFound || line_end + 2 > input.size()) return false;
    if (input[position_] != '$') {
        refuse(std::string{"expected '$', got '"} + input[position_] + "'");
    }
    const auto size = ascii::parse_integer(input.substr(position_ + 1, line_end - position_ - 1));
    if (!size || *size < 0 || *size > limits_.max_bulk_bytes) refuse("invalid bulk length");
    if (*size > kUnauthenticatedBulkBytes && !limits_.authenticated) {
        refuse("unauthenticated bulk length");
    }
    bulk_bytes_ = *size;
    position_ = line_end + 2;
    return true;
}

bool RequestParser::read_inline(std::string_view input)
{
    const std::size_t line_end = find_line_end(input, '\n', "too big inline request");
    if (line_end == kNotFound) return false;
    std::string_view line = input.substr(0, line_end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    split(line);
    position_ = line_end + 1;
    return true;
}

void RequestParser::split(std::string_view line)
{
    unquoted_.clear();
    // Words are never longer than what they were written as: with this room, views stay whole.
    if (line.find_first_of("\"'") != kNotFound) unquoted_.reserve(line.size());

    std::size_t at = 0;
    while (true) {
        while (at < line.size() && is_space(line[at])) ++at;
        if (at == line.size()) return;
        at = read_word(line, at);
    }
}

// Reads the word that begins at `at` and returns where it ends. Quotes may begin inside a word but
// must end it. A vertical tab or form feed separates words only in front of them, as in Redis.
std::size_t RequestParser::read_word(std::string_view line, std::size_t at)
{
    const std::size_t begin = at;
    while (at < line.size() && !ends_word(line[at]) && line[at] != '"' && line[at] != '\'') ++at;
    const std::string_view plain = line.substr(begin, at - begin);
    if (at == line.size() || ends_word(line[at])) {
        arguments_.push_back(plain);
        return at;
    }

    const std::size_t word = unquoted_.size();
    unquoted_ += plain;
    const char quote = line[at++];
    for (; at < line.size() && line[at] != quote; ++at) {
        const std::string_view rest = line.substr(at);
        if (quote == '\'') {
            if (rest.starts_with("\\'")) ++at;
            unquoted_ += line[at];
        } else if (rest.size() >= 4 && rest.starts_with("\\x") && hex_value(rest[2]) >= 0 &&
                   hex_value(rest[3]) >= 0) {
            unquoted_ += static_cast<char>(hex_value(rest[2]) * 16 + hex_value(rest[3]));
            at += 3;
        } else if (rest.size() >= 2 && rest[0] == '\\') {
            unquoted_ += unescape(rest[1]);
            ++at;
        } else {
            unquoted_ += rest[0];
        }
    }
    const bool closed = at < line.size();
    if (!closed || (at + 1 < line.size() && !is_space(line[at + 1]))) {
        refuse("unbalanced quotes in request");
    }
    arguments_.push_back(std::string_view{unquoted_}.substr(word));
    return at + 1;
}

}  // namespace protocol
