#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "store/structures/allocation.h"
#include "store/structures/list_entry.h"
#include "store/structures/listpack_size.h"

namespace store {

/// A part of a list: elements in a row in one block, with room to grow at both ends. Each lies
/// there as a ListEntry, so that it is found from either side. It knows what a listpack of the same
/// elements would take in Redis.
///
/// A handle of 8 bytes, copied freely, all copies meaning the same block until one of them changes
/// it; it owns nothing by itself. No block: empty. Positions are bytes within the block.
class ListChunk
{
public:
    /// REQUIRES: no chunk is given more elements than this.
    static constexpr std::size_t kMaxCount = (std::size_t{1} << 22) - 1;

    ListChunk() = default;
    explicit ListChunk(void* block) : block_(static_cast<char*>(block)) {}

    void* block() const { return block_; }
    std::size_t count() const { return block_ == nullptr ? 0 : header().count; }
    std::size_t bytes() const
    {
        return block_ == nullptr ? 0 : header().end - header().begin + sizeof(Header);
    }
    std::size_t memory_bytes() const { return block_ == nullptr ? 0 : capacity(); }
    std::size_t listpack_bytes() const
    {
        return block_ == nullptr ? kEmptyListpackBytes : header().listpack_bytes;
    }

    std::size_t begin() const { return block_ == nullptr ? 0 : header().begin; }
    std::size_t end() const { return block_ == nullptr ? 0 : header().end; }
    ListElement at(std::size_t position) const { return ListElement{entry(position)}; }
    /// The length of the text that it is.
    std::size_t length(std::size_t position) const
    {
        const ListElement element = at(position);
        return std::string_view{element}.size();
    }
    std::size_t next(std::size_t position) const
    {
        return position + ListEntry::bytes_from(block_ + position);
    }
    std::size_t previous(std::size_t position) const
    {
        return position - ListEntry::bytes_before(block_ + position);
    }
    /// The position of element number `index`, walked to from the nearer end; end() for count().
    std::size_t position(std::size_t index) const;

    /// Puts an element before the one at this position, and returns its own: the others may have
    /// moved. REQUIRES: it is not a part of this block.
    std::size_t insert(std::size_t position, const ListEntry& element);
    /// Puts an element in the place of the one at this position. REQUIRES as above.
    void replace(std::size_t position, const ListEntry& element);
    /// Removes the `how_many` elements in [from, to). Frees the block if none is left.
    void erase(std::size_t from, std::size_t to, std::size_t how_many);
    std::size_t count_of(const ListEntry& element) const;
    /// Removes `how_many` of the elements that are equal to this one, after the first `spared` of
    /// them. Frees the block if none is left. REQUIRES: there are as many.
    void remove(const ListEntry& element, std::size_t spared, std::size_t how_many);
    /// Appends all of the other's elements, and frees it.
    void append(ListChunk other);
    /// Moves what begins at the position, `how_many` elements, into a chunk of its own.
    ListChunk split(std::size_t position, std::size_t how_many);

    ListChunk clone() const;
    void free();

private:
    struct Header
    {
        std::uint32_t begin, end, listpack_bytes;
        std::uint32_t count : 22, size_class : 10;
    };

    ListEntry entry(std::size_t position) const { return ListEntry::read(block_ + position); }
    Header& header() const { return *reinterpret_cast<Header*>(block_); }
    std::size_t capacity() const { return room_of_class(header().size_class); }
    static ListChunk make(std::size_t bytes);
    /// Opens a gap of `gap` bytes there and returns its position.
    std::size_t open_gap(std::size_t position, std::size_t bytes);
    /// Moves to a block of at least `bytes`, with the gap before `position`.
    std::size_t move_to(std::size_t bytes, std::size_t position, std::size_t gap);
    std::uint32_t listpack_bytes_of(std::size_t from, std::size_t to) const;
    void shrink_if_sparse() noexcept;

    char* block_ = nullptr;
};

}  // namespace store
