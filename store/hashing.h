#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace store {

/// 192 bytes that decide every hash.
using HashSecret = std::array<std::uint64_t, 24>;

/// A secret that follows from a seed: for tests that are to be repeated. A client that knows the
/// seed knows it.
constexpr HashSecret repeatable_hash_secret(std::uint64_t seed)
{
    HashSecret secret{};
    for (std::uint64_t& word : secret) {  // splitmix64: zeros would be a bad secret
        word = (seed += 0x9e3779b97f4a7c15);
        word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9;
        word = (word ^ word >> 27) * 0x94d049bb133111eb;
        word ^= word >> 31;
    }
    return secret;
}

/// The secret of every hash in this process, so that no client can choose keys that collide.
/// The one process-wide variable of the project, as in Redis: a copy in each small hash or set
/// would cost 8 bytes a driver. Set once, by main, before the first table is made.
alignas(64) inline constinit HashSecret process_hash_secret = repeatable_hash_secret(0);

/// A 64-bit hash of the bytes (XXH3 keyed with the secret). Tables index by its upper bits first.
inline std::uint64_t hash_bytes(std::string_view bytes)
{
    return XXH3_64bits_withSecret(bytes.data(), bytes.size(), process_hash_secret.data(),
                                  sizeof process_hash_secret);
}

}  // namespace store
