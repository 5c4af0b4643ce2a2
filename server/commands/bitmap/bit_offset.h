#pragma once

#include <cstdint>
#include <string_view>

#include "server/execution/call.h"

/// Bits of a string are counted from the highest of the first byte.
namespace server::commands {

/// The next argument as the offset of a bit; throws unless a string may be so long.
std::uint64_t next_bit_offset(Call& call);

/// The same of a field of this many bits, which may be given as "#n", the n-th such field.
std::uint64_t next_bit_offset(Call& call, unsigned bits);

/// The bit, 0 behind the end.
inline bool bit_at(std::string_view bytes, std::uint64_t offset)
{
    const std::uint64_t byte = offset / 8;
    if (byte >= bytes.size()) return false;
    return (static_cast<unsigned char>(bytes[byte]) >> (7 - offset % 8) & 1) != 0;
}

}  // namespace server::commands
