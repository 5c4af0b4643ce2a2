#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Bytes with their length before them: one byte of length below 255, else 255 and eight bytes.
namespace store {

constexpr std::size_t kLongestWithShortLength = 254;

/// How many bytes a text of this length takes with its length.
constexpr std::size_t sized_bytes_size(std::size_t length)
{
    return length <= kLongestWithShortLength ? 1 + length : 1 + sizeof(std::uint64_t) + length;
}

/// Writes a length alone and returns where its bytes begin.
inline char* write_length(char* out, std::size_t length)
{
    if (length <= kLongestWithShortLength) {
        *out++ = static_cast<char>(length);
        return out;
    }
    const std::uint64_t long_length = length;
    *out++ = static_cast<char>(kLongestWithShortLength + 1);
    std::memcpy(out, &long_length, sizeof long_length);
    return out + sizeof long_length;
}

/// Writes the text with its length and returns the end. The text must not overlap `out`.
inline char* write_sized_bytes(char* out, std::string_view text)
{
    out = write_length(out, text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// What was written at `at`.
inline std::string_view read_sized_bytes(const char* at)
{
    const auto length = static_cast<unsigned char>(*at);
    if (length <= kLongestWithShortLength) return {at + 1, length};
    std::uint64_t long_length = 0;
    std::memcpy(&long_length, at + 1, sizeof long_length);
    return {at + 1 + sizeof long_length, long_length};
}

}  // namespace store
