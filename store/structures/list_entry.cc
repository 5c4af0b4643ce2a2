#include "store/structures/list_entry.h"

#include <cstring>

namespace store {

namespace {

constexpr unsigned kSmallNumber = 128;
constexpr unsigned kNumberOf13Bits = 192;
constexpr unsigned kLongText = 224;
constexpr unsigned kWideNumber = 239;  ///< and the bytes of the number
constexpr unsigned kVeryLongText = 248;

constexpr std::size_t kShortTexts = 128, kLongTexts = 1 << 12;
constexpr std::int64_t kSmallNumbers = 64;

unsigned byte_at(const char* at) { return static_cast<unsigned char>(*at); }

std::uint64_t read_little(const char* from, std::size_t size)
{
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | byte_at(from + i - 1);
    return value;
}

void write_little(char* out, std::uint64_t value, std::size_t size)
{
    for (std::size_t i = 0; i < size; ++i, value >>= 8) out[i] = static_cast<char>(value);
}

std::int64_t sign_extended(std::uint64_t value, std::size_t bits)
{
    return static_cast<std::int64_t>(value << (64 - bits)) >> (64 - bits);
}

bool fits(std::int64_t number, std::size_t bits)
{
    return sign_extended(static_cast<std::uint64_t>(number), bits) == number;
}

/// Bytes on each side of the content, which repeat, and those of the content.
struct Shape
{
    std::size_t side, content;
    std::size_t bytes() const { return 2 * side + content; }
};

/// `one` and `four` are where the bytes of a length beside this mark begin.
Shape shape_of(unsigned mark, const char* one, const char* four)
{
    if (mark < kSmallNumber) return {1, mark};
    if (mark < kNumberOf13Bits) return {0, 1};
    if (mark < kLongText) return {1, 1};
    if (mark <= kWideNumber) return {2, (mark - kLongText) << 8 | byte_at(one)};
    if (mark < kVeryLongText) return {1, mark - kWideNumber};
    return {5, read_little(four, 4)};
}

Shape shape_from(const char* from) { return shape_of(byte_at(from), from + 1, from + 1); }

Shape shape_of_text(std::size_t length)
{
    return {length < kShortTexts ? 1U : length < kLongTexts ? 2U : 5U, length};
}

Shape shape_of_number(std::int64_t number)
{
    if (number >= 0 && number < kSmallNumbers) return {0, 1};
    if (fits(number, 13)) return {1, 1};
    std::size_t bytes = 2;
    while (bytes < 8 && !fits(number, 8 * bytes)) ++bytes;
    return {1, bytes};
}

std::int64_t read_number(unsigned mark, const char* content, std::size_t size)
{
    if (mark < kNumberOf13Bits) return mark - kSmallNumber;
    if (mark < kLongText)
        return sign_extended((mark - kNumberOf13Bits) << 8 | byte_at(content), 13);
    return sign_extended(read_little(content, size), 8 * size);
}

void write_number(char* out, std::int64_t number, const Shape& shape)
{
    const auto bits = static_cast<std::uint64_t>(number);
    if (shape.side == 0) {
        *out = static_cast<char>(kSmallNumber + bits);
        return;
    }
    const bool is_wide = shape.content > 1;
    const std::uint64_t mark =
        is_wide ? kWideNumber + shape.content : kNumberOf13Bits + (bits >> 8 & 31);
    out[0] = out[shape.bytes() - 1] = static_cast<char>(mark);
    write_little(out + 1, bits, shape.content);
}

void write_text(char* out, std::string_view text, const Shape& shape)
{
    const std::size_t length = text.size();
    char* const behind = out + shape.side + length;
    const std::uint64_t mark = shape.side == 1   ? length
                               : shape.side == 2 ? kLongText + (length >> 8)
                                                 : kVeryLongText;
    out[0] = behind[shape.side - 1] = static_cast<char>(mark);
    write_little(out + 1, length, shape.side - 1);
    write_little(behind, length, shape.side - 1);
    if (length > 0) std::memcpy(out + shape.side, text.data(), length);
}

}  // namespace

ListEntry ListEntry::read(const char* from)
{
    const unsigned mark = byte_at(from);
    const auto [side, content] = shape_from(from);
    const bool is_text =
        mark < kSmallNumber || (mark >= kLongText && mark <= kWideNumber) || mark == kVeryLongText;
    if (is_text) return {std::nullopt, {from + side, content}};
    return {read_number(mark, from + side, content), {}};
}

std::size_t ListEntry::bytes_from(const char* from) { return shape_from(from).bytes(); }

std::size_t ListEntry::bytes_before(const char* end)
{
    return shape_of(byte_at(end - 1), end - 2, end - 5).bytes();
}

std::size_t ListEntry::bytes() const
{
    return (number_ ? shape_of_number(*number_) : shape_of_text(text_.size())).bytes();
}

void ListEntry::write(char* out) const
{
    if (number_) return write_number(out, *number_, shape_of_number(*number_));
    write_text(out, text_, shape_of_text(text_.size()));
}

}  // namespace store
