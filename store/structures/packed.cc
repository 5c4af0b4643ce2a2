#include "store/structures/packed.h"

#include <cassert>
#include <cstring>

#include "store/structures/allocation.h"

namespace store {

std::size_t Packed::count() const
{
    const unsigned count = short_count();
    if (count != kMany) return count;
    std::size_t counted = 0;
    for (auto at = begin(); at != end(); ++at) ++counted;
    return counted;
}

Packed::Iterator Packed::nth(std::size_t index) const
{
    auto at = begin();
    for (; index > 0; --index) ++at;
    return at;
}

Packed::Iterator Packed::find(std::string_view text, unsigned stride) const
{
    const auto last = end();
    for (auto at = begin(); at != last;) {
        if (*at == text) return at;
        for (unsigned i = 0; i < stride; ++i) ++at;
    }
    return last;
}

void Packed::append(std::initializer_list<std::string_view> added)
{
    std::size_t bytes = 0;
    for (const std::string_view text : added) bytes += sized_bytes_size(text.size());
    const std::size_t old_used = used();
    const std::size_t old_count = short_count();
    resize_part(old_used, 0, bytes);
    char* at = mutable_texts() + old_used;
    for (const std::string_view text : added) at = write_sized_bytes(at, text);
    set_header(used(), old_count + added.size());
}

void Packed::replace(Iterator at, std::string_view text)
{
    const auto offset = static_cast<std::size_t>(at.at_ - texts());
    resize_part(offset, sized_bytes_size((*at).size()), sized_bytes_size(text.size()));
    write_sized_bytes(mutable_texts() + offset, text);
}

void Packed::erase(Iterator at, unsigned how_many)
{
    const std::size_t left = count() - how_many;
    if (left == 0) return free();
    auto last = at;
    for (unsigned i = 0; i < how_many; ++i) ++last;
    const auto offset = static_cast<std::size_t>(at.at_ - texts());
    resize_part(offset, static_cast<std::size_t>(last.at_ - at.at_), 0);
    set_header(used(), left);
}

Packed Packed::clone() const
{
    if (block_ == nullptr) return {};
    const Packed copy{allocate(memory_bytes())};
    std::memcpy(copy.block_, block_, kHeaderBytes + used());
    return copy;
}

void Packed::free()
{
    deallocate(block_);
    block_ = nullptr;
}

std::size_t Packed::memory_bytes() const
{
    return block_ == nullptr ? 0 : room_for(kHeaderBytes + used());
}

Packed Packed::make(std::size_t used, std::size_t count)
{
    Packed made{allocate(room_for(kHeaderBytes + used))};
    made.set_header(used, count);
    return made;
}

void Packed::set_header(std::size_t used, std::size_t count)
{
    assert(used <= kMaxBytes);
    const std::size_t short_count = count < kMany ? count : kMany;
    const auto header = static_cast<std::uint32_t>(used | short_count << kUsedBits);
    std::memcpy(block_, &header, sizeof header);
}

/// Makes `old_bytes` bytes of texts from the offset on `new_bytes` long, moving what follows.
void Packed::resize_part(std::size_t offset, std::size_t old_bytes, std::size_t new_bytes)
{
    if (old_bytes == new_bytes) return;
    const std::size_t old_used = used();
    const std::size_t new_used = old_used - old_bytes + new_bytes;
    const std::size_t old_room = memory_bytes();
    const std::size_t new_room = room_for(kHeaderBytes + new_used);
    const std::size_t tail = old_used - offset - old_bytes;
    const auto move_tail = [&] {
        char* const part = mutable_texts() + offset;
        if (tail > 0) std::memmove(part + new_bytes, part + old_bytes, tail);
    };
    // The tail must lie in the block before and after it is cut or made longer.
    if (new_bytes < old_bytes) move_tail();
    if (new_room > old_room) block_ = static_cast<unsigned char*>(reallocate(block_, new_room));
    if (new_room < old_room) block_ = static_cast<unsigned char*>(shrink_block(block_, new_room));
    if (new_bytes > old_bytes) move_tail();
    set_header(new_used, old_used == 0 ? 0 : short_count());
}

}  // namespace store
