#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "store/clock.h"
#include "store/structures/deadline_item.h"
#include "store/structures/prefetch.h"

namespace store {

/// Deadlines and whose they are, the earliest on top: exact, without sampling.
///
/// An owner is at a slot, a number that changes as others come and go: the heap calls
/// `owner->set_deadline_slot(std::uint32_t)` each time. push() costs O(1) if the deadline is later
/// than most, as a new lock's is; everything else O(log n). 16 bytes an owner, in chunks of 64 KB
/// (or of so many items), so that growth never copies the whole; only the first grows by doubling.
/// Owns no owner.
///
/// Items may be NotedItems: then each has a note, which lies where the deadline does.
template <class Owner, std::uint32_t kChunkItems = 4096, class Item = DeadlineItem<Owner>>
class DeadlineHeap
{
public:
    using Slot = std::uint32_t;

    /// Slots are smaller: an owner may keep something else in a number from here on.
    static constexpr Slot kMaxSize = 0xff000000;

    /// The earliest, and whose it is.
    struct Top
    {
        Deadline deadline;
        Owner* owner;
    };

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }

    /// Of several equal ones any. REQUIRES: not empty.
    Top top() const { return {at(0).deadline(), at(0).owner()}; }

    /// REQUIRES: there is such a slot; also for the next five.
    Deadline deadline(Slot slot) const { return at(slot).deadline(); }
    Owner* owner(Slot slot) const { return at(slot).owner(); }
    std::uint32_t note(Slot slot) const { return at(slot).note(); }
    void set_note(Slot slot, std::uint32_t note) { at(slot).set_note(note); }

    /// Fetches the item. Changes nothing.
    void prefetch(Slot slot) const { store::prefetch(&at(slot)); }

    /// The next push() throws nothing. Throws std::bad_alloc.
    void make_room()
    {
        if (size_ + kFirst < room()) return;
        if (size_ >= kMaxSize - kChunkItems) throw std::bad_alloc{};
        if (chunks_.empty()) {
            chunks_.push_back(make_chunk(kSmallest));
            first_room_ = kSmallest;
        } else if (first_room_ < kChunkItems) {
            grow_first_chunk();
        } else {
            chunks_.push_back(make_chunk(kChunkItems));
        }
    }

    void push(Deadline deadline, Owner* owner, std::uint32_t note = 0)
    {
        make_room();
        ++size_;
        sum_ += deadline.time_since_epoch().count();
        rise(size_ - 1, Item{deadline, owner, note});
    }

    void change(Slot slot, Deadline deadline)
    {
        const Item& item = at(slot);
        sum_ += deadline.time_since_epoch().count();
        sum_ -= item.deadline().time_since_epoch().count();
        settle(slot, Item{deadline, item.owner(), item.note()});
    }

    /// The owner that leaves is not told.
    void erase(Slot slot)
    {
        const Item last = at(size_ - 1);
        --size_;
        sum_ -= at(slot).deadline().time_since_epoch().count();
        if (slot != size_) settle(slot, last);
        give_back();
    }

    /// Forgets all. The owners are not told.
    void clear()
    {
        chunks_.clear();
        size_ = 0;
        sum_ = 0;
    }

    /// The mean of all deadlines, rounded down. REQUIRES: not empty.
    Deadline mean() const
    {
        const std::int64_t size = size_;
        const Sum remainder = ((sum_ % size) + size) % size;
        return Deadline{Deadline::duration{static_cast<std::int64_t>((sum_ - remainder) / size)}};
    }

    std::size_t memory_bytes() const
    {
        return room() * sizeof(Item) + chunks_.capacity() * sizeof(chunks_[0]);
    }

    /// True if no item is earlier than its parent. For tests.
    bool check() const
    {
        for (Slot slot = 1; slot < size_; ++slot) {
            if (at(slot).deadline() < at(parent(slot)).deadline()) return false;
        }
        return true;
    }

private:
    /// Four children a node: half the levels of a binary heap, and the four lie in one cache line:
    /// that is what the first slot's place, 3, is for (the children of slot 0 then begin at 4).
    static constexpr Slot kChildren = 4;
    static constexpr Slot kFirst = 3;

    static constexpr Slot kSmallest = std::min<Slot>(kChunkItems, 64);  ///< items

    static constexpr std::align_val_t kAlignment{64};
    struct DeleteChunk
    {
        void operator()(Item* items) const { operator delete[](items, kAlignment); }
    };
    using Chunk = std::unique_ptr<Item[], DeleteChunk>;
    static_assert(std::is_trivially_copyable_v<Item>, "chunks are copied as bytes");

    static Chunk make_chunk(std::size_t items)
    {
        return Chunk{static_cast<Item*>(operator new[](items * sizeof(Item), kAlignment))};
    }

    std::size_t room() const
    {
        return chunks_.empty() ? 0 : first_room_ + (chunks_.size() - 1) * kChunkItems;
    }

    void grow_first_chunk()
    {
        const Slot larger = std::min(2 * first_room_, kChunkItems);
        Chunk grown = make_chunk(larger);
        std::memcpy(grown.get(), chunks_.front().get(), first_room_ * sizeof(Item));
        chunks_.front() = std::move(grown);
        first_room_ = larger;
    }

    // A deadline may be as late as 64 bits can say.
    __extension__ using Sum = __int128;

    static Slot parent(Slot slot) { return (slot - 1) / kChildren; }

    Item& at(Slot slot)
    {
        return chunks_[(slot + kFirst) / kChunkItems][(slot + kFirst) % kChunkItems];
    }
    const Item& at(Slot slot) const { return const_cast<DeadlineHeap*>(this)->at(slot); }

    void put(Slot slot, const Item& item)
    {
        at(slot) = item;
        item.owner()->set_deadline_slot(slot);
    }

    /// Puts the item at the slot, whose content is no longer needed, or where it belongs from
    /// there.
    void settle(Slot slot, const Item& item)
    {
        if (slot > 0 && item.deadline() < at(parent(slot)).deadline()) {
            rise(slot, item);
        } else {
            sink(slot, item);
        }
    }

    void rise(Slot slot, const Item& item)
    {
        while (slot > 0 && item.deadline() < at(parent(slot)).deadline()) {
            put(slot, at(parent(slot)));
            slot = parent(slot);
        }
        put(slot, item);
    }

    void sink(Slot slot, const Item& item)
    {
        while (true) {
            const std::uint64_t first = std::uint64_t{slot} * kChildren + 1;
            if (first >= size_) break;
            const auto end = std::min<std::uint64_t>(first + kChildren, size_);
            auto earliest = static_cast<Slot>(first);
            for (auto child = earliest + 1; child < end; ++child) {
                if (at(child).deadline() < at(earliest).deadline()) earliest = child;
            }
            if (item.deadline() <= at(earliest).deadline()) break;
            put(slot, at(earliest));
            slot = earliest;
        }
        put(slot, item);
    }

    /// Frees chunks of which nothing is left, but for one: a heap on the edge must not allocate and
    /// free again and again.
    void give_back()
    {
        const std::size_t needed = (size_ + kFirst) / kChunkItems + 1;
        if (chunks_.size() > needed + 1) chunks_.pop_back();
    }

    std::vector<Chunk> chunks_;
    Slot first_room_ = 0;  ///< items that the first chunk has room for, if there is one
    Slot size_ = 0;
    Sum sum_ = 0;  ///< of the deadlines
};

}  // namespace store
