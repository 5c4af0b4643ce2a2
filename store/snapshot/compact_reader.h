#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "store/snapshot/byte_reader.h"

/// Redis's compact encodings of small values, as they lie in dumps. In memory Dabba has its own.
/// Formats: https://github.com/redis/redis/blob/7.2/src/listpack.c, ziplist.c and intset.c, whose
/// heads describe them. Every reader calls visit(std::string_view) for each element in order; the
/// view is valid during the call. All throw FormatError.
namespace store::snapshot {

/// An element of a compact encoding: bytes, or an integer with its digits.
class CompactElement
{
public:
    CompactElement(std::string_view text) : text_(text) {}
    CompactElement(std::int64_t value)
        : digits_end_(std::to_chars(digits_.begin(), digits_.end(), value).ptr)
    {}

    std::string_view view() const
    {
        if (digits_end_ == nullptr) return text_;
        return {digits_.data(), static_cast<std::size_t>(digits_end_ - digits_.data())};
    }

private:
    std::string_view text_;
    std::array<char, 20> digits_;
    const char* digits_end_ = nullptr;
};

/// The next element of a listpack, without what follows it.
CompactElement take_listpack_element(ByteReader& reader);
/// The next element of a ziplist.
CompactElement take_ziplist_element(ByteReader& reader);

/// How many bytes the length behind an element of `size` bytes takes.
std::size_t listpack_back_length_size(std::size_t size);
/// Skips the length, by which Redis walks a listpack backwards, of an element of `size` bytes.
void skip_listpack_back_length(ByteReader& reader, std::size_t size);

constexpr std::uint8_t kCompactEnd = 0xff;

template <class Visit>
void for_each_in_listpack(std::string_view bytes, Visit&& visit)
{
    ByteReader reader{bytes};
    require(reader.take_little(4) == bytes.size());
    const std::uint64_t count = reader.take_little(2);
    constexpr std::uint64_t kUnknownCount = 0xffff;
    std::uint64_t seen = 0;
    while (reader.peek_byte() != kCompactEnd) {
        const std::size_t before = reader.remaining();
        const CompactElement element = take_listpack_element(reader);
        skip_listpack_back_length(reader, before - reader.remaining());
        visit(element.view());
        ++seen;
    }
    require(reader.remaining() == 1 && (count == seen || count == kUnknownCount));
}

template <class Visit>
void for_each_in_ziplist(std::string_view bytes, Visit&& visit)
{
    ByteReader reader{bytes};
    require(reader.take_little(4) == bytes.size());
    reader.take_little(4);  // where the last element is
    const std::uint64_t count = reader.take_little(2);
    constexpr std::uint64_t kUnknownCount = 0xffff;
    std::uint64_t seen = 0;
    while (reader.peek_byte() != kCompactEnd) {
        visit(take_ziplist_element(reader).view());
        ++seen;
    }
    require(reader.remaining() == 1 && (count == seen || count == kUnknownCount));
}

template <class Visit>
void for_each_in_intset(std::string_view bytes, Visit&& visit)
{
    ByteReader reader{bytes};
    const std::uint64_t width = reader.take_little(4);
    const std::uint64_t count = reader.take_little(4);
    require(width == 2 || width == 4 || width == 8);
    require(reader.remaining() % width == 0 && reader.remaining() / width == count);
    for (std::uint64_t i = 0; i < count; ++i)
        visit(CompactElement{reader.take_signed(width)}.view());
}

}  // namespace store::snapshot
