#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "store/structures/prefetch.h"
#include "store/structures/sized_bytes.h"

namespace store {

/// The value of a string key: any bytes, no terminator. 8 bytes in itself: a text of up to 7 bytes
/// (counters, flags) lies in it, a longer one in one block behind its length (sized_bytes.h), so
/// that the value of a lock takes 16. clone() copies.
class String
{
public:
    String() = default;
    explicit String(std::string_view text) { assign(text); }
    String(String&& other) noexcept : handle_(std::exchange(other.handle_, kEmpty)) {}
    String& operator=(String&& other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }
    String(const String&) = delete;
    String& operator=(const String&) = delete;
    ~String()
    {
        if (!is_inside()) free_block();
    }

    String clone() const { return String{view()}; }

    /// Valid until the string is changed, moved or destroyed.
    std::string_view view() const
    {
        if (!is_inside()) return read_sized_bytes(block());
        return {reinterpret_cast<const char*>(&handle_) + kInsideFirst, (handle_ & 0xff) >> 1};
    }
    std::size_t size() const { return view().size(); }
    bool empty() const { return size() == 0; }

    /// Fetches what view() will show. Changes nothing.
    void prefetch() const
    {
        if (!is_inside()) store::prefetch(block());
    }

    /// Keeps the block if the new size needs one just like it. The text may be a part of this
    /// string, here and below. All throw std::bad_alloc, nothing changed.
    void assign(std::string_view text);
    void append(std::string_view text) { write(size(), text); }

    /// Overwrites from `offset` on; a gap before it is filled with zero bytes: SETRANGE.
    void write(std::size_t offset, std::string_view text);

    /// Cuts, or fills up with zero bytes.
    void resize(std::size_t size);

    /// What it takes beside its own 8 bytes.
    std::size_t memory_bytes() const;

private:
    /// The handle is the address of a block, which is even, or has a text inside: then its lowest
    /// byte is twice the size plus one, and the other seven are the text.
    static constexpr std::size_t kInsideLimit = 7;
    static constexpr std::uintptr_t kEmpty = 1;
    static constexpr std::size_t kInsideFirst = std::endian::native == std::endian::little ? 1 : 0;
    static_assert(sizeof(std::uintptr_t) == kInsideLimit + 1);

    bool is_inside() const { return (handle_ & 1) != 0; }
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    char* block() const { return reinterpret_cast<char*>(handle_); }
    char* data() { return const_cast<char*>(view().data()); }

    void set_size(std::size_t size);
    void free_block();

    std::uintptr_t handle_ = kEmpty;
};

}  // namespace store
