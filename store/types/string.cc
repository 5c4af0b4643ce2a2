#include "store/types/string.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>

#include "ascii/integer.h"
#include "store/number.h"
#include "store/structures/allocation.h"

namespace store {

String::Encoding String::encoding() const
{
    constexpr std::size_t kLongestInteger = 20;
    constexpr std::size_t kLongestShort = 44;  // what fits one block of 64 bytes in Redis
    const std::string_view text = view();
    if (was_changed_in_place() || text.size() > kLongestShort) return Encoding::Raw;
    const bool may_be_integer = history() == History::None && text.size() <= kLongestInteger;
    return may_be_integer && ascii::parse_integer(text) ? Encoding::Integer : Encoding::Short;
}

void String::assign(std::string_view text)
{
    replace(text);
    set_history(History::None);
}

void String::assign_text(std::string_view text)
{
    replace(text);
    set_history(History::Text);
}

void String::replace(std::string_view text)
{
    const std::size_t room = text.size() > kInsideLimit ? room_for(block_bytes(text.size())) : 0;
    if (room == memory_bytes()) {
        set_size(text.size());
        if (!text.empty()) std::memmove(data(), text.data(), text.size());
        return;
    }
    // By way of a second string, for the text may lie in the block that is given back.
    String fresh;
    fresh.set_size(text.size());
    if (!text.empty()) std::memcpy(fresh.data(), text.data(), text.size());
    std::swap(handle_, fresh.handle_);
}

void String::write(std::size_t offset, std::string_view text)
{
    if (text.empty()) return set_history(History::ChangedInPlace);
    // A text that is a part of this string moves with the block.
    const std::string_view old = view();
    const std::less_equal<> not_after;
    const bool is_own = not_after(old.data(), text.data()) &&
                        not_after(text.data() + text.size(), old.data() + old.size());
    const std::size_t own_offset = is_own ? static_cast<std::size_t>(text.data() - old.data()) : 0;

    if (offset + text.size() > old.size()) resize(offset + text.size());
    std::memmove(data() + offset, is_own ? data() + own_offset : text.data(), text.size());
    set_history(History::ChangedInPlace);
}

void String::resize(std::size_t size)
{
    const std::size_t old_size = this->size();
    set_size(size);
    if (size > old_size) std::memset(data() + old_size, 0, size - old_size);
    set_history(History::ChangedInPlace);
}

std::size_t String::memory_bytes() const { return is_inside() ? 0 : room_for(block_bytes(size())); }

/// Keeps the bytes, as many as fit; what is new is undefined (but inside: there it keeps what was).
void String::set_size(std::size_t size)
{
    if (size <= kInsideLimit) {
        if (!is_inside()) {
            String fresh;
            std::memcpy(fresh.data(), data(), size);
            std::swap(handle_, fresh.handle_);
        }
        handle_ = (handle_ & ~std::uintptr_t{0xff}) | (size * 2 + 1);
        return;
    }
    const std::size_t room = room_for(block_bytes(size));
    const bool same_form = !is_inside() && (size < kLong) == (this->size() < kLong);
    if (same_form)
        return set_block(room == memory_bytes() ? block() : reallocate(block(), room), size);
    void* const made = allocate(room);
    const std::string_view old = view();
    String fresh;
    fresh.set_block(made, size);
    std::memcpy(fresh.data(), old.data(), std::min(old.size(), size));
    std::swap(handle_, fresh.handle_);
}

/// Of room_for(block_bytes(size)) bytes.
void String::set_block(void* block, std::size_t size)
{
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    assert((address & ~kAddress) == 0);
    handle_ = address | static_cast<std::uintptr_t>(std::min(size, kLong)) << kSizeShift;
    if (size >= kLong) write_length(this->block(), size);
}

void String::free_block() { deallocate(block()); }

}  // namespace store
