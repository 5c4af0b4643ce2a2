#pragma once

#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace store {

/// The seed of every hash in this process. Secret, so that nobody can choose keys that collide.
/// The one process-wide variable of the project, as in Redis: a copy in each small hash or set
/// would cost 8 bytes a driver. Set once, by main, before the first table is made.
inline constinit std::uint64_t process_hash_seed = 0;

/// A 64-bit hash of the bytes (XXH3, seeded). Tables index by its upper bits first.
inline std::uint64_t hash_bytes(std::string_view bytes)
{
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), process_hash_seed);
}

}  // namespace store
