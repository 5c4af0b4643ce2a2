#include "store/structures/int_set.h"

#include <cstring>
#include <limits>

#include "store/structures/allocation.h"

namespace store {

namespace {

template <class Int>
std::int64_t read(const unsigned char* at)
{
    Int value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <class Int>
void write(unsigned char* at, std::int64_t value)
{
    const auto narrow = static_cast<Int>(value);
    std::memcpy(at, &narrow, sizeof narrow);
}

template <class Int>
bool fits(std::int64_t value)
{
    return value >= std::numeric_limits<Int>::min() && value <= std::numeric_limits<Int>::max();
}

}  // namespace

std::uint32_t IntSet::width_for(std::int64_t value)
{
    if (fits<std::int16_t>(value)) return sizeof(std::int16_t);
    return fits<std::int32_t>(value) ? sizeof(std::int32_t) : sizeof(std::int64_t);
}

std::int64_t IntSet::at(std::size_t index) const
{
    switch (block_->width) {
        case sizeof(std::int16_t): return read<std::int16_t>(place(index));
        case sizeof(std::int32_t): return read<std::int32_t>(place(index));
        default: return read<std::int64_t>(place(index));
    }
}

void IntSet::put(std::size_t index, std::int64_t value)
{
    switch (block_->width) {
        case sizeof(std::int16_t): return write<std::int16_t>(place(index), value);
        case sizeof(std::int32_t): return write<std::int32_t>(place(index), value);
        default: return write<std::int64_t>(place(index), value);
    }
}

std::size_t IntSet::lower_bound(std::int64_t value) const
{
    std::size_t first = 0;
    std::size_t last = count();
    while (first < last) {
        const std::size_t middle = (first + last) / 2;
        if (at(middle) < value) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

bool IntSet::contains(std::int64_t value) const
{
    const std::size_t index = lower_bound(value);
    return index < count() && at(index) == value;
}

bool IntSet::add(std::int64_t value)
{
    const std::size_t index = lower_bound(value);
    const std::size_t old_count = count();
    if (index < old_count && at(index) == value) return false;
    const std::uint32_t width = width_for(value);
    if (block_ == nullptr) {
        block_ = static_cast<Block*>(allocate(room_for(sizeof(Block) + width)));
        *block_ = {0, width};
    } else {
        if (width > block_->width) {
            widen(width, old_count + 1);
        } else {
            set_room(old_count + 1);
        }
    }
    std::memmove(place(index + 1), place(index), (old_count - index) * block_->width);
    block_->count = static_cast<std::uint32_t>(old_count + 1);
    put(index, value);
    return true;
}

bool IntSet::erase(std::int64_t value)
{
    const std::size_t index = lower_bound(value);
    const std::size_t old_count = count();
    if (index == old_count || at(index) != value) return false;
    if (old_count == 1) {
        free();
        return true;
    }
    std::memmove(place(index), place(index + 1), (old_count - index - 1) * block_->width);
    set_room(old_count - 1);
    block_->count = static_cast<std::uint32_t>(old_count - 1);
    return true;
}

IntSet IntSet::clone() const
{
    if (block_ == nullptr) return {};
    const IntSet copy{allocate(memory_bytes())};
    std::memcpy(copy.block_, block_, sizeof(Block) + count() * block_->width);
    return copy;
}

void IntSet::free()
{
    deallocate(block_);
    block_ = nullptr;
}

std::size_t IntSet::memory_bytes() const
{
    return block_ == nullptr ? 0 : room_for(sizeof(Block) + count() * block_->width);
}

/// Makes the integers `width` bytes wide, with room for `room` of them.
void IntSet::widen(std::uint32_t width, std::size_t room)
{
    const IntSet wide{allocate(room_for(sizeof(Block) + room * width))};
    *wide.block_ = {block_->count, width};
    IntSet target = wide;
    for (std::size_t i = 0; i < block_->count; ++i) target.put(i, at(i));
    free();
    block_ = wide.block_;
}

/// Makes the block as large as `count` integers need. The count in it is not changed.
void IntSet::set_room(std::size_t count)
{
    const std::size_t room = room_for(sizeof(Block) + count * block_->width);
    const std::size_t old_room = memory_bytes();
    if (room > old_room) block_ = static_cast<Block*>(reallocate(block_, room));
    if (room < old_room) block_ = static_cast<Block*>(shrink_block(block_, room));
}

}  // namespace store
