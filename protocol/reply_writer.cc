#include "protocol/reply_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace protocol {

void ReplyWriter::line(char mark, std::string_view text)
{
    char* const begin = out_->prepare(text.size() + 3);
    *begin = mark;
    char* const end = std::transform(text.begin(), text.end(), begin + 1,
                                     [](char c) { return c == '\r' || c == '\n' ? ' ' : c; });
    out_->commit(static_cast<std::size_t>(write_line_end(end) - begin));
}

void ReplyWriter::simple(std::string_view text) { line('+', text); }

void ReplyWriter::error(std::string_view text)
{
    const auto first = text.find_first_not_of("\r\n");
    const auto last = text.find_last_not_of("\r\n");
    line('-', first == text.npos ? "" : text.substr(first, last - first + 1));
}

void ReplyWriter::long_bulk(std::string_view bytes)
{
    if (!out_->reserve(bytes.size() + kMaxHeaderSize + 2)) return;
    begin_bulk(bytes.size());
    raw(bytes);
    end_bulk();
}

void ReplyWriter::bulk_integer(std::int64_t value)
{
    char digits[kMaxIntegerSize];
    bulk({digits, static_cast<std::size_t>(write_integer(digits, value) - digits)});
}

void ReplyWriter::boolean(bool value)
{
    if (version_ == Version::Resp2) return integer(value ? 1 : 0);
    raw(value ? "#t\r\n" : "#f\r\n");
}

void ReplyWriter::number(double value)
{
    constexpr double kMaxShort = 1e17;
    const bool is_short = value == std::trunc(value) && std::abs(value) < kMaxShort;
    if (long_doubles_ && !is_short) return number_text(fmt::format("{:.17g}", value));
    char digits[kMaxDoubleSize];
    number_text({digits, static_cast<std::size_t>(write_double(digits, value) - digits)});
}

void ReplyWriter::number_text(std::string_view digits)
{
    if (version_ == Version::Resp2) return bulk(digits);
    line(',', digits);
}

void ReplyWriter::big_number(std::string_view digits)
{
    if (version_ == Version::Resp2) return bulk(digits);
    line('(', digits);
}

void ReplyWriter::verbatim(std::string_view format, std::string_view text)
{
    if (version_ == Version::Resp2) return bulk(text);
    header('=', static_cast<std::int64_t>(format.size() + 1 + text.size()));
    raw(format);
    raw(":");
    raw(text);
    raw("\r\n");
}

void ReplyWriter::end_map(std::size_t position, std::size_t pairs)
{
    if (version_ == Version::Resp2) return end_array(position, 2 * pairs);
    insert_header(position, '%', pairs);
}

void ReplyWriter::insert_header(std::size_t position, char mark, std::size_t size)
{
    char bytes[kMaxHeaderSize];
    const char* const end = write_header(bytes, mark, static_cast<std::int64_t>(size));
    out_->insert(position, {bytes, static_cast<std::size_t>(end - bytes)});
}

}  // namespace protocol
