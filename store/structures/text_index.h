#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "store/hashing.h"
#include "store/structures/prefetch.h"

namespace store {

/// Different texts, numbered from 0 in the order in which they were added: what a command needs
/// that brings several collections together. It owns none of the bytes, and never grows: how many
/// texts may come is said at the start.
///
/// Open addressing with 8 bytes a slot, of which half stay empty, and 16 bytes a text.
class TextIndex
{
public:
    /// REQUIRES: at most `most` different texts will be added, fewer than 2^31.
    explicit TextIndex(std::size_t max)
        : slots_(std::bit_ceil(2 * max + 1)), mask_(slots_.size() - 1)
    {
        texts_.reserve(max);
    }

    static constexpr std::size_t kMissing = ~std::size_t{0};

    /// Fetches what add() or find() of a text with this hash_bytes() will read first.
    void prefetch(std::uint64_t hash) const { store::prefetch(&slots_[hash & mask_]); }

    /// The number of the text, or kMissing.
    std::size_t find(std::string_view text, std::uint64_t hash) const
    {
        const Slot& slot = slots_[slot_of(text, hash)];
        return slot.number == 0 ? kMissing : slot.number - 1;
    }

    /// The number of the text, which is size() before the call if it is new.
    std::size_t add(std::string_view text, std::uint64_t hash)
    {
        Slot& slot = slots_[slot_of(text, hash)];
        if (slot.number == 0) {
            texts_.push_back(text);
            slot = {static_cast<std::uint32_t>(texts_.size()), mark_of(hash)};
        }
        return slot.number - 1;
    }

    std::size_t size() const { return texts_.size(); }
    std::string_view operator[](std::size_t number) const { return texts_[number]; }

private:
    struct Slot
    {
        std::uint32_t number = 0;  ///< counted from 1; 0: the slot is free
        std::uint32_t mark = 0;    ///< a part of the hash, so that few wrong texts are read
    };

    static std::uint32_t mark_of(std::uint64_t hash)
    {
        return static_cast<std::uint32_t>(hash >> 32);
    }

    /// Where the text is, or the free slot where it belongs.
    std::size_t slot_of(std::string_view text, std::uint64_t hash) const
    {
        std::size_t at = hash & mask_;
        while (slots_[at].number != 0) {
            if (slots_[at].mark == mark_of(hash) && texts_[slots_[at].number - 1] == text) break;
            at = (at + 1) & mask_;
        }
        return at;
    }

    std::vector<Slot> slots_;
    std::vector<std::string_view> texts_;
    std::size_t mask_;
};

}  // namespace store
