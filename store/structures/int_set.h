#pragma once

#include <cstddef>
#include <cstdint>

namespace store {

/// Integers in ascending order in one block, each 2, 4 or 8 bytes: as many as the largest that was
/// ever added needs. The form of small sets of integers, whose order clients see.
///
/// A handle of 8 bytes that owns nothing by itself, as Packed. No block: empty.
class IntSet
{
public:
    IntSet() = default;
    /// The handle of a block() that another handle made.
    explicit IntSet(void* block) : block_(static_cast<Block*>(block)) {}

    void* block() const { return block_; }

    std::size_t count() const { return block_ == nullptr ? 0 : block_->count; }
    /// The index-th smallest. REQUIRES index < count().
    std::int64_t at(std::size_t index) const;

    bool contains(std::int64_t value) const;

    /// False if it was there already.
    bool add(std::int64_t value);

    /// False if it was not there. Frees the block if nothing is left.
    bool erase(std::int64_t value);

    IntSet clone() const;
    void free();

    std::size_t memory_bytes() const;

private:
    struct Block
    {
        std::uint32_t count;
        std::uint32_t width;  ///< bytes of each integer
        unsigned char* bytes() { return reinterpret_cast<unsigned char*>(this + 1); }
    };

    static std::uint32_t width_for(std::int64_t value);

    unsigned char* place(std::size_t index) const
    {
        return block_->bytes() + index * block_->width;
    }
    void put(std::size_t index, std::int64_t value);
    /// The first index whose integer is not less than the value; count() if all are.
    std::size_t lower_bound(std::int64_t value) const;
    void widen(std::uint32_t width, std::size_t room);
    void set_room(std::size_t count);

    Block* block_ = nullptr;
};

}  // namespace store
