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

/// Writes the text with its length and returns the end. The text must not overlap `out`.
inline char* write_sized_bytes(char* out, std::string_view text)
{
    if (text.size() <= kLongestWithShortLength) {
        *out++ = static_cast<char>(text.size());
    } else {
        const std::uint64_t length = text.size();
        *out++ = static_cast<char>(kLongestWithShortLength + 1);
        std::memcpy(out, &length, sizeof length);
        out += sizeof length;
    }
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
