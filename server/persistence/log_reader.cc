#include "server/persistence/log_reader.h"

#include "ascii/integer.h"

namespace server {

namespace {

constexpr std::string_view kEndOfLine = "\r\n";
/// The longest line: a letter and a number, or a note.
constexpr std::size_t kMaxLine = 1024;
constexpr std::uint64_t kMaxWords = 1U << 31;
/// No request could have been longer, but a whole value that is restored might.
constexpr std::uint64_t kMaxWord = std::uint64_t{1} << 40;

}  // namespace

LogReader::Found LogReader::needs(std::uint64_t missing)
{
    missing_ = missing;
    return Found::NeedsMore;
}

LogReader::Found LogReader::read(std::string_view bytes)
{
    size_ = 0;
    words_.clear();
    if (bytes.empty()) return needs(1);
    if (bytes[0] == '#') return read_note(bytes);
    std::uint64_t count = 0;
    auto found = read_number(bytes, '*', kMaxWords, count);
    if (found == Found::Words && count == 0) return Found::Broken;
    while (found == Found::Words && words_.size() < count) found = read_word(bytes);
    return found;
}

LogReader::Found LogReader::read_note(std::string_view bytes)
{
    const auto end = bytes.substr(0, kMaxLine).find('\n');
    if (end == std::string_view::npos) return bytes.size() < kMaxLine ? needs(1) : Found::Broken;
    size_ = end + 1;
    return Found::Note;
}

/// A line of this kind with a number up to `max`. Words: it is there.
LogReader::Found LogReader::read_number(std::string_view bytes, char kind, std::uint64_t max,
                                        std::uint64_t& number)
{
    const auto rest = bytes.substr(size_);
    if (rest.empty()) return needs(1);
    if (rest[0] != kind) return Found::Broken;
    constexpr std::size_t kMaxDigits = 20;
    const auto line = rest.substr(1, kMaxDigits + kEndOfLine.size());
    const auto end = line.find(kEndOfLine);
    const auto digits = line.substr(0, end);
    if (end == std::string_view::npos) {
        const bool may_go_on = line.size() < kMaxDigits &&
                               line.find_first_not_of("0123456789\r") == std::string_view::npos;
        return may_go_on ? needs(1) : Found::Broken;
    }
    const auto value = ascii::parse_integer(digits);
    if (!value || *value < 0 || static_cast<std::uint64_t>(*value) > max) return Found::Broken;
    number = static_cast<std::uint64_t>(*value);
    size_ += 1 + end + kEndOfLine.size();
    return Found::Words;
}

LogReader::Found LogReader::read_word(std::string_view bytes)
{
    std::uint64_t length = 0;
    const auto found = read_number(bytes, '$', kMaxWord, length);
    if (found != Found::Words) return found;
    const auto rest = bytes.substr(size_);
    const std::uint64_t whole = length + kEndOfLine.size();
    if (rest.size() < whole) return needs(whole - rest.size());
    if (rest.substr(length, kEndOfLine.size()) != kEndOfLine) return Found::Broken;
    words_.push_back(rest.substr(0, length));
    size_ += whole;
    return Found::Words;
}

}  // namespace server
