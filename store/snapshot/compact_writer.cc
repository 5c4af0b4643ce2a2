#include "store/snapshot/compact_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ascii/integer.h"
#include "store/snapshot/compact_reader.h"
#include "store/snapshot/string_codec.h"

namespace store::snapshot {

namespace {

constexpr std::size_t kListpackHeader = 6;

bool fits(std::int64_t value, unsigned bits)
{
    const std::int64_t limit = std::int64_t{1} << (bits - 1);
    return value >= -limit && value < limit;
}

}  // namespace

ListpackWriter::ListpackWriter() { begin(); }

void ListpackWriter::begin()
{
    bytes_.assign(kListpackHeader, '\0');
    count_ = 0;
}

void ListpackWriter::add(std::string_view text)
{
    const std::size_t before = bytes_.size();
    const auto number = ascii::parse_integer(text);
    if (number) {
        add_integer(*number);
    } else {
        add_text(text);
    }
    add_back_length(bytes_.size() - before);
    ++count_;
}

void ListpackWriter::add_text(std::string_view text)
{
    const std::size_t size = text.size();
    if (size < 1 << 6) {
        bytes_ += static_cast<char>(0x80 | size);
    } else if (size < 1 << 12) {
        bytes_ += static_cast<char>(0xe0 | size >> 8);
        bytes_ += static_cast<char>(size & 0xff);
    } else {
        bytes_ += static_cast<char>(0xf0);
        write_little(bytes_, size, 4);
    }
    bytes_ += text;
}

void ListpackWriter::add_integer(std::int64_t value)
{
    const auto bits = static_cast<std::uint64_t>(value);
    if (value >= 0 && value < 0x80) {
        bytes_ += static_cast<char>(value);
    } else if (fits(value, 13)) {
        bytes_ += static_cast<char>(0xc0 | (bits >> 8 & 0x1f));
        bytes_ += static_cast<char>(bits & 0xff);
    } else {
        static constexpr std::pair<unsigned, int> kSizes[] = {
            {2, 0xf1}, {3, 0xf2}, {4, 0xf3}, {8, 0xf4}};
        const auto* const size = std::ranges::find_if(kSizes, [&](const auto& candidate) {
            return candidate.first == 8 || fits(value, 8 * candidate.first);
        });
        bytes_ += static_cast<char>(size->second);
        write_little(bytes_, bits, size->first);
    }
}

/// By which Redis walks backwards: seven bits a byte, the highest first, all but the first marked.
void ListpackWriter::add_back_length(std::size_t size)
{
    for (std::size_t bytes = listpack_back_length_size(size); bytes > 0; --bytes) {
        const std::size_t seven = size >> (7 * (bytes - 1)) & 0x7f;
        const bool is_first = bytes == listpack_back_length_size(size);
        bytes_ += static_cast<char>(is_first ? seven : seven | 0x80);
    }
}

std::string ListpackWriter::finish()
{
    constexpr std::size_t kUnknownCount = 0xffff;
    bytes_ += static_cast<char>(kCompactEnd);
    std::string header;
    write_little(header, bytes_.size(), 4);
    write_little(header, std::min(count_, kUnknownCount), 2);
    bytes_.replace(0, kListpackHeader, header);
    std::string done = std::move(bytes_);
    begin();
    return done;
}

std::string intset_of(std::span<std::int64_t> numbers)
{
    std::ranges::sort(numbers);
    std::size_t width = 2;
    for (const std::int64_t end : {numbers.front(), numbers.back()})
        while (width < 8 && !fits(end, static_cast<unsigned>(8 * width))) width *= 2;
    std::string bytes;
    write_little(bytes, width, 4);
    write_little(bytes, numbers.size(), 4);
    for (const std::int64_t number : numbers)
        write_little(bytes, static_cast<std::uint64_t>(number), width);
    return bytes;
}

}  // namespace store::snapshot
