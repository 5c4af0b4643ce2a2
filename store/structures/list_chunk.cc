#include "store/structures/list_chunk.h"

#include <algorithm>
#include <limits>
#include <new>

namespace store {

ListChunk ListChunk::make(std::size_t bytes)
{
    const std::size_t room = room_for(bytes);
    if (room > std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc{};
    ListChunk made{allocate(room)};
    constexpr std::uint32_t kBegin = sizeof(Header);
    made.header() = {.begin = kBegin,
                     .end = kBegin,
                     .listpack_bytes = kEmptyListpackBytes,
                     .count = 0,
                     .size_class = size_class_of(room)};
    return made;
}

std::size_t ListChunk::position(std::size_t index) const
{
    if (index <= count() / 2) {
        std::size_t at = begin();
        for (; index > 0; --index) at = next(at);
        return at;
    }
    std::size_t at = end();
    for (std::size_t steps = count() - index; steps > 0; --steps) at = previous(at);
    return at;
}

std::size_t ListChunk::insert(std::size_t position, const ListEntry& element)
{
    const std::size_t bytes = element.bytes();
    if (bytes > std::numeric_limits<std::uint32_t>::max()) throw std::bad_alloc{};
    if (block_ == nullptr) {
        *this = make(sizeof(Header) + bytes);
        position = begin();
    }
    const std::size_t gap = open_gap(position, bytes);  // the block may move
    element.write(block_ + gap);
    ++header().count;
    header().listpack_bytes += static_cast<std::uint32_t>(element.listpack_bytes());
    return gap;
}

void ListChunk::replace(std::size_t position, const ListEntry& element)
{
    const ListEntry old = entry(position);
    if (old.bytes() != element.bytes()) {
        const std::size_t behind = next(insert(position, element));
        return erase(behind, next(behind), 1);
    }
    header().listpack_bytes +=
        static_cast<std::uint32_t>(element.listpack_bytes() - old.listpack_bytes());
    element.write(block_ + position);
}

std::size_t ListChunk::open_gap(std::size_t position, std::size_t gap)
{
    Header& head = header();
    const bool at_front = position == head.begin && position != head.end;
    if (at_front && head.begin - sizeof(Header) >= gap) {
        head.begin -= static_cast<std::uint32_t>(gap);
        return head.begin;
    }
    if (!at_front && capacity() - head.end >= gap) {
        std::memmove(block_ + position + gap, block_ + position, head.end - position);
        head.end += static_cast<std::uint32_t>(gap);
        return position;
    }
    constexpr std::size_t kUsualLimit = 8192;  // and a size class: most nodes end there
    const std::size_t needed = bytes() + gap;
    const std::size_t wanted = needed + needed / 8;
    return move_to(needed <= kUsualLimit ? std::min(wanted, kUsualLimit) : wanted, position, gap);
}

std::size_t ListChunk::move_to(std::size_t bytes, std::size_t position, std::size_t gap)
{
    const Header old = header();
    ListChunk moved = make(bytes);
    const std::size_t before = position - old.begin, after = old.end - position;
    // The free room goes to the end that grows.
    const bool at_front = gap > 0 && before == 0 && after > 0;
    const std::size_t used = before + gap + after;
    const std::size_t begin = at_front ? moved.capacity() - used : sizeof(Header);
    std::memcpy(moved.block_ + begin, block_ + old.begin, before);
    std::memcpy(moved.block_ + begin + before + gap, block_ + position, after);
    moved.header().begin = static_cast<std::uint32_t>(begin);
    moved.header().end = static_cast<std::uint32_t>(begin + used);
    moved.header().listpack_bytes = old.listpack_bytes;
    moved.header().count = old.count;
    free();
    *this = moved;
    return begin + before;
}

void ListChunk::erase(std::size_t from, std::size_t to, std::size_t how_many)
{
    Header& head = header();
    if (how_many == head.count) return free();
    head.listpack_bytes -= listpack_bytes_of(from, to);
    if (from == head.begin) {
        head.begin = static_cast<std::uint32_t>(to);
    } else {
        std::memmove(block_ + from, block_ + to, head.end - to);
        head.end -= static_cast<std::uint32_t>(to - from);
    }
    head.count -= static_cast<std::uint32_t>(how_many);
    shrink_if_sparse();
}

std::size_t ListChunk::count_of(const ListEntry& element) const
{
    std::size_t equal = 0;
    for (std::size_t place = begin(); place != end(); place = next(place))
        equal += entry(place) == element;
    return equal;
}

/// In one pass: what stays is moved together.
void ListChunk::remove(const ListEntry& element, std::size_t spared, std::size_t how_many)
{
    Header& head = header();
    if (how_many == head.count) return free();
    std::size_t kept_end = head.begin, left = how_many;
    for (std::size_t place = head.begin, after = 0; place != head.end; place = after) {
        after = next(place);
        if (left > 0 && entry(place) == element) {
            if (spared == 0) {
                --left;
                continue;
            }
            --spared;
        }
        if (kept_end != place) std::memmove(block_ + kept_end, block_ + place, after - place);
        kept_end += after - place;
    }
    head.end = static_cast<std::uint32_t>(kept_end);
    head.count -= static_cast<std::uint32_t>(how_many);
    head.listpack_bytes -= static_cast<std::uint32_t>(how_many * element.listpack_bytes());
    shrink_if_sparse();
}

/// Of the elements in [from, to), without what an empty listpack takes.
std::uint32_t ListChunk::listpack_bytes_of(std::size_t from, std::size_t to) const
{
    std::size_t bytes = 0;
    for (; from != to; from = next(from)) bytes += entry(from).listpack_bytes();
    return static_cast<std::uint32_t>(bytes);
}

/// If there is no memory to make it smaller, it stays as it is.
void ListChunk::shrink_if_sparse() noexcept
{
    constexpr std::size_t kSmall = 64;
    if (capacity() <= kSmall || bytes() * 4 >= capacity()) return;
    try {
        move_to(bytes() * 2, begin(), 0);
    } catch (const std::bad_alloc&) {
    }
}

void ListChunk::append(ListChunk other)
{
    if (other.block_ == nullptr) return;
    if (block_ == nullptr) {
        *this = other;
        return;
    }
    const std::size_t added = other.end() - other.begin();
    const std::size_t gap = open_gap(end(), added);
    std::memcpy(block_ + gap, other.block_ + other.begin(), added);
    header().count += other.header().count;
    header().listpack_bytes += other.header().listpack_bytes - kEmptyListpackBytes;
    other.free();
}

ListChunk ListChunk::split(std::size_t position, std::size_t how_many)
{
    if (how_many == 0) return {};
    const std::size_t bytes = end() - position;
    ListChunk tail = make(sizeof(Header) + bytes);
    std::memcpy(tail.block_ + sizeof(Header), block_ + position, bytes);
    tail.header().end += static_cast<std::uint32_t>(bytes);
    tail.header().count = static_cast<std::uint32_t>(how_many);
    tail.header().listpack_bytes += listpack_bytes_of(position, end());
    erase(position, end(), how_many);
    return tail;
}

ListChunk ListChunk::clone() const
{
    if (block_ == nullptr) return {};
    ListChunk copy = make(capacity());
    std::memcpy(copy.block_, block_, header().end);
    return copy;
}

void ListChunk::free()
{
    deallocate(block_);
    block_ = nullptr;
}

}  // namespace store
