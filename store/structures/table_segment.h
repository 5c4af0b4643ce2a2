#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <new>

#include "store/structures/prefetch.h"

/// The parts that store/structures/table.h is made of. Nothing else should include this.
namespace store::table_detail {

/// How the 64 bits of a hash are used: the upper 38 lead to the segment (depth of them are looked
/// at), 10 of the lower ones to the bucket in it, the lowest 8 are the tag. The three do not
/// overlap, so each is uniform whatever the others are.
constexpr unsigned kPrefixBits = 38;
constexpr unsigned kColumnBits = 10;
constexpr unsigned kTagBits = 8;

inline std::uint64_t prefix_of(std::uint64_t hash) { return hash >> (64 - kPrefixBits); }

inline std::uint32_t column_of(std::uint64_t hash)
{
    return static_cast<std::uint32_t>(hash >> kTagBits) & ((1U << kColumnBits) - 1);
}

constexpr std::uint8_t kEmptyTag = 0;
constexpr std::uint8_t kFooterTag = 255;  ///< the slot holds a segment's footer, no element

/// Neither of the above.
inline std::uint8_t tag_of(std::uint64_t hash)
{
    const auto tag = static_cast<std::uint8_t>(hash);
    if (tag == kEmptyTag) return 1;
    return tag == kFooterTag ? 1 : tag;
}

/// The bucket of a column in a segment of `buckets` buckets. Rises with the column, whatever the
/// number of buckets: this is what a scan relies on.
inline unsigned bucket_of(std::uint32_t column, unsigned buckets)
{
    return (column * buckets) >> kColumnBits;
}

/// The slots of a bucket that matched something: bit 7 of byte i is set for slot i.
class Matches
{
public:
    explicit Matches(std::uint64_t bits) : bits_(bits) {}

    bool any() const { return bits_ != 0; }
    unsigned first() const { return static_cast<unsigned>(std::countr_zero(bits_)) / 8; }
    void drop_first() { bits_ &= bits_ - 1; }

private:
    std::uint64_t bits_;
};

/// One cache line: seven elements, their tags and a count of those that had to go further.
template <class Element>
class alignas(64) Bucket
{
public:
    static constexpr unsigned kSlots = 7;

    /// The slots whose tag is `tag`; all seven are compared at once.
    Matches matching(std::uint8_t tag) const
    {
        return Matches{zero_bytes(control_ ^ (kOnes * tag)) & kSlotBits};
    }
    Matches empty() const { return matching(kEmptyTag); }
    Matches used() const
    {
        const std::uint64_t others = zero_bytes(control_) | zero_bytes(~control_);
        return Matches{~others & kSlotBits};
    }

    /// REQUIRES: the slot is used.
    Element* at(unsigned slot) const { return slots_[slot]; }
    /// The same for any slot: nullptr if it holds no element.
    Element* at_or_null(unsigned slot) const
    {
        const auto tag = static_cast<std::uint8_t>(control_ >> (8 * slot));
        return tag == kFooterTag ? nullptr : slots_[slot];
    }

    /// REQUIRES: the slot is empty.
    void put(unsigned slot, std::uint8_t tag, Element* element)
    {
        control_ |= std::uint64_t{tag} << (8 * slot);
        slots_[slot] = element;
    }
    void replace(unsigned slot, Element* element) { slots_[slot] = element; }
    void remove(unsigned slot)
    {
        control_ &= ~(std::uint64_t{0xff} << (8 * slot));
        slots_[slot] = nullptr;
    }

    /// How many elements came by and found no room. A search that finds 0 here is over. At 255 the
    /// count sticks, since what is not known exactly may not reach 0: until the next rehash,
    /// searches go one bucket too far.
    unsigned passed() const { return static_cast<unsigned>(control_ >> kPassedShift); }
    void add_passed()
    {
        if (passed() != kSticky) control_ += kPassedOne;
    }
    void drop_passed()
    {
        if (passed() != kSticky) control_ -= kPassedOne;
    }
    static constexpr unsigned kSticky = 255;

    /// Fetches the elements. (What is no element is fetched too: cheaper than to ask.)
    void prefetch_elements() const
    {
        for (const Element* element : slots_) prefetch(element);
    }

    /// A word that a segment keeps in the last slot of its last bucket.
    std::uint64_t footer() const { return reinterpret_cast<std::uintptr_t>(slots_[kSlots - 1]); }
    void set_footer(std::uint64_t word)
    {
        control_ |= std::uint64_t{kFooterTag} << (8 * (kSlots - 1));
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        slots_[kSlots - 1] = reinterpret_cast<Element*>(static_cast<std::uintptr_t>(word));
    }

private:
    static constexpr std::uint64_t kOnes = 0x0101010101010101;
    static constexpr std::uint64_t kHighBits = kOnes << 7;
    static constexpr std::uint64_t kSlotBits = kHighBits >> 8;
    static constexpr unsigned kPassedShift = 56;
    static constexpr std::uint64_t kPassedOne = std::uint64_t{1} << kPassedShift;

    /// Bit 7 of each byte that is zero (exact: no carry crosses a byte).
    static std::uint64_t zero_bytes(std::uint64_t word)
    {
        return ~(((word & ~kHighBits) + ~kHighBits) | word | ~kHighBits);
    }

    /// Tags in the lower seven bytes, the passed count in the highest: arithmetic on one word
    /// rather than bytes in memory, so that the order of bytes does not matter.
    std::uint64_t control_ = 0;
    std::array<Element*, kSlots> slots_{};
};

/// A block of 1..64 buckets. This is a handle of 8 bytes, copied freely: the address, and the
/// number of buckets in the six bits that the alignment leaves. Owns nothing by itself; the table
/// calls make and free. The count and depth lie in the last slot: a block of exactly 64 n bytes is
/// what allocators serve without waste.
template <class Element>
class Segment
{
public:
    using BucketType = Bucket<Element>;

    static constexpr unsigned kMaxBuckets = 64;

    /// The number of elements above which a segment should grow, 90 % full.
    static unsigned comfortable(unsigned buckets) { return buckets * BucketType::kSlots * 9 / 10; }

    /// The smallest size in which `count` elements are comfortable, or 64. Finer steps would save
    /// memory (11-13 bytes an element instead of 11-15), but each step reads all keys again, and an
    /// insert would take a quarter longer. All are size classes of jemalloc.
    static unsigned fitting_buckets(unsigned count)
    {
        constexpr std::array kSizes{1U, 2U, 4U, 8U, 16U, 24U, 40U};
        for (const unsigned size : kSizes) {
            if (count <= comfortable(size)) return size;
        }
        return kMaxBuckets;
    }

    Segment() = default;

    static Segment make(unsigned buckets, unsigned depth)
    {
        static_assert(sizeof(BucketType) == kAlignment && sizeof(void*) == 8);
        void* const block =
            ::operator new (buckets * sizeof(BucketType), std::align_val_t{kAlignment});
        auto* const first = static_cast<BucketType*>(block);
        for (unsigned i = 0; i < buckets; ++i) new (first + i) BucketType;
        const Segment segment{reinterpret_cast<std::uintptr_t>(first) | (buckets % kMaxBuckets)};
        segment.last().set_footer(std::uint64_t{depth} << kDepthShift);
        return segment;
    }
    void free() const { ::operator delete (buckets(), std::align_val_t{kAlignment}); }

    explicit operator bool() const { return bits_ != 0; }
    bool operator==(const Segment&) const = default;

    unsigned bucket_count() const
    {
        const auto low = static_cast<unsigned>(bits_ % kMaxBuckets);
        return low == 0 ? kMaxBuckets : low;
    }
    BucketType& bucket(unsigned index) const { return buckets()[index]; }
    unsigned after(unsigned index) const { return index + 1 == bucket_count() ? 0 : index + 1; }
    unsigned home(std::uint64_t hash) const { return bucket_of(column_of(hash), bucket_count()); }

    unsigned capacity() const { return bucket_count() * BucketType::kSlots - 1; }
    unsigned count() const { return static_cast<unsigned>(last().footer() & kCountMask); }
    void set_count(unsigned count) const
    {
        last().set_footer(std::uint64_t{depth()} << kDepthShift | count);
    }
    bool full() const { return count() == capacity(); }
    bool crowded() const { return count() >= comfortable(bucket_count()); }
    /// So empty that a smaller segment, or a common one with its buddy, should take its place.
    bool sparse() const { return bucket_count() > 1 && count() < comfortable(bucket_count()) / 3; }

    /// How many upper bits of the hash all elements of this segment have in common.
    unsigned depth() const { return static_cast<unsigned>(last().footer() >> kDepthShift); }

    /// Puts the element into its home bucket or, if that is full, into the next one with room.
    /// REQUIRES: not full.
    void place(Element* element, std::uint64_t hash) const
    {
        assert(!full());
        unsigned index = home(hash);
        while (!bucket(index).empty().any()) {
            bucket(index).add_passed();
            index = after(index);
        }
        bucket(index).put(bucket(index).empty().first(), tag_of(hash), element);
        set_count(count() + 1);
    }

    /// Calls f(element) for each until it returns false; returns whether it never did. The elements
    /// of the next buckets are fetched meanwhile.
    template <class F>
    bool for_each_while(F&& f) const
    {
        constexpr unsigned kAhead = 3;  // buckets whose elements are on their way
        const unsigned count = bucket_count();
        for (unsigned i = 0; i < kAhead && i < count; ++i) bucket(i).prefetch_elements();
        for (unsigned i = 0; i < count; ++i) {
            if (i + kAhead < count) bucket(i + kAhead).prefetch_elements();
            for (auto used = bucket(i).used(); used.any(); used.drop_first()) {
                if (!f(bucket(i).at(used.first()))) return false;
            }
        }
        return true;
    }

    /// Calls f(element) for each.
    template <class F>
    void for_each(F&& f) const
    {
        for_each_while([&](auto* element) {
            f(element);
            return true;
        });
    }

private:
    static constexpr std::size_t kAlignment = 64;
    static constexpr unsigned kDepthShift = 32;
    static constexpr std::uint64_t kCountMask = 0xffffffff;

    explicit Segment(std::uintptr_t bits) : bits_(bits) {}

    BucketType* buckets() const
    {
        // NOLINTNEXTLINE(performance-no-int-to-ptr)
        return reinterpret_cast<BucketType*>(bits_ & ~std::uintptr_t{kMaxBuckets - 1});
    }
    BucketType& last() const { return bucket(bucket_count() - 1); }

    std::uintptr_t bits_ = 0;
};

}  // namespace store::table_detail
