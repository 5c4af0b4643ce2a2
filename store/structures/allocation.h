#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

/// Blocks of bytes for values that know their own size: no capacity is stored beside it, since it
/// follows from the size. Alignment 8 at least, so that three low bits of an address are free.
namespace store {

/// The room that a block for `bytes` bytes should have: the size classes of jemalloc, which are
/// what such a block takes anyway. A value that grows byte by byte is copied rarely.
constexpr std::size_t room_for(std::size_t bytes)
{
    if (bytes <= 8) return 8;
    std::size_t step = 16;
    while (step * 8 < bytes) step *= 2;
    return (bytes + step - 1) / step * step;
}

/// A size that room_for() gives from 16 on, as a number of 10 bits.
constexpr std::uint16_t size_class_of(std::size_t room)
{
    const int shift = std::max(4, static_cast<int>(std::bit_width(room - 1)) - 3);
    return static_cast<std::uint16_t>(static_cast<std::size_t>(shift) * 16 + (room >> shift));
}
constexpr std::size_t room_of_class(std::uint16_t size_class)
{
    return static_cast<std::size_t>(size_class % 16) << (size_class / 16);
}

/// Throws std::bad_alloc.
inline void* allocate(std::size_t bytes)
{
    void* const block = std::malloc(bytes);
    if (block == nullptr) throw std::bad_alloc{};
    return block;
}

/// Keeps the bytes, as many as fit; the block may move. Throws std::bad_alloc, the old block is
/// kept.
inline void* reallocate(void* block, std::size_t bytes)
{
    void* const moved = std::realloc(block, bytes);
    if (moved == nullptr) throw std::bad_alloc{};
    return moved;
}

/// The same for fewer bytes than the block has. It stays as it is if it cannot be made smaller.
inline void* shrink_block(void* block, std::size_t bytes) noexcept
{
    void* const moved = std::realloc(block, bytes);
    return moved == nullptr ? block : moved;
}

inline void deallocate(void* block) { std::free(block); }

}  // namespace store
