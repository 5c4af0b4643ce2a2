#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace server::scripting {

using Sha1Bytes = std::array<std::uint8_t, 20>;

Sha1Bytes sha1_bytes(std::string_view text);

/// 40 hexadecimal digits.
using Sha1 = std::array<char, 40>;

Sha1 sha1(std::string_view text);

/// A hash of a hash: its beginning.
struct HashOfSha1
{
    std::size_t operator()(const Sha1& digits) const
    {
        std::size_t hash;
        std::memcpy(&hash, digits.data(), sizeof hash);
        return hash;
    }
};

}  // namespace server::scripting
