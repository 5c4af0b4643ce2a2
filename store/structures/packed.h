#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

#include "store/structures/sized_bytes.h"

namespace store {

/// Short texts in a row: one block, insertion order, found by looking at each. The form of small
/// sets (members) and small hashes (field, value, field, value ...), whose order clients see.
///
/// A text takes its length plus one byte (nine from 255 on), the block four bytes. This is a handle
/// of 8 bytes, copied freely, all copies meaning the same block until one of them changes it; it
/// owns nothing by itself, so that its owner can keep the address together with something else. No
/// block: empty.
class Packed
{
public:
    /// The most bytes of texts (each with its length) in a block.
    static constexpr std::size_t kMaxBytes = (std::size_t{1} << 25) - 1;

    /// Walks from text to text.
    class Iterator
    {
    public:
        explicit Iterator(const char* at) : at_(at) {}

        std::string_view operator*() const { return read_sized_bytes(at_); }
        Iterator& operator++()
        {
            const std::string_view text = **this;
            at_ = text.data() + text.size();
            return *this;
        }
        bool operator==(const Iterator&) const = default;
        Iterator next() const { return ++Iterator{*this}; }

    private:
        friend class Packed;
        const char* at_;
    };

    Packed() = default;
    /// The handle of a block() that another handle made.
    explicit Packed(void* block) : block_(static_cast<unsigned char*>(block)) {}

    /// A block of these texts, in one allocation. `for_each_text(take)` calls take(text) for each;
    /// it is called twice. REQUIRES: they are within the limit.
    template <class ForEachText>
    static Packed of(ForEachText&& for_each_text);

    void* block() const { return block_; }

    bool empty() const { return block_ == nullptr; }
    /// The bytes of all texts, each with its length.
    std::size_t used_bytes() const { return used(); }
    /// How many texts. O(1) up to 126, else they are counted.
    std::size_t count() const;

    Iterator begin() const { return Iterator{texts()}; }
    Iterator end() const { return Iterator{texts() + used()}; }

    /// The text number `index`. REQUIRES index < count().
    Iterator nth(std::size_t index) const;

    /// The first text that equals `text`, looking at every `stride`th only; or end().
    /// REQUIRES: count() is a multiple of the stride.
    Iterator find(std::string_view text, unsigned stride = 1) const;

    /// Whether one more text of this many bytes stays within the limit.
    bool has_room_for(std::size_t bytes) const
    {
        return used() + sized_bytes_size(bytes) <= kMaxBytes;
    }

    /// Puts texts at the end. REQUIRES: they are no part of this block and within the limit.
    /// Throws std::bad_alloc, nothing changed; so does replace().
    void append(std::initializer_list<std::string_view> added);

    /// Puts another text in the place of one. REQUIRES: as append.
    void replace(Iterator at, std::string_view text);

    /// Removes `how_many` texts from here on. Frees the block if nothing is left. Throws nothing.
    void erase(Iterator at, unsigned how_many = 1);

    Packed clone() const;
    void free();

    std::size_t memory_bytes() const;

private:
    /// The header: bytes of texts in the lower 25 bits, then in 7 bits their number, or kMany.
    static constexpr std::size_t kHeaderBytes = sizeof(std::uint32_t);
    static constexpr unsigned kUsedBits = 25;
    static constexpr unsigned kMany = 127;

    const char* texts() const
    {
        return block_ == nullptr ? nullptr : reinterpret_cast<const char*>(block_) + kHeaderBytes;
    }
    char* mutable_texts() { return reinterpret_cast<char*>(block_) + kHeaderBytes; }

    std::uint32_t header() const
    {
        if (block_ == nullptr) return 0;
        std::uint32_t header = 0;
        std::memcpy(&header, block_, sizeof header);
        return header;
    }
    std::size_t used() const { return header() & kMaxBytes; }

    unsigned short_count() const { return header() >> kUsedBits; }

    /// A block with room for texts of `used` bytes, lengths included, that are still to be
    /// written.
    static Packed make(std::size_t used, std::size_t count);
    void set_header(std::size_t used, std::size_t count);
    void resize_part(std::size_t offset, std::size_t old_bytes, std::size_t new_bytes);

    unsigned char* block_ = nullptr;
};

template <class ForEachText>
Packed Packed::of(ForEachText&& for_each_text)
{
    std::size_t bytes = 0, count = 0;
    for_each_text([&](std::string_view text) {
        bytes += sized_bytes_size(text.size());
        ++count;
    });
    if (count == 0) return {};
    Packed made = make(bytes, count);
    char* at = made.mutable_texts();
    for_each_text([&](std::string_view text) { at = write_sized_bytes(at, text); });
    return made;
}

}  // namespace store
