#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/hashing.h"
#include "store/random.h"
#include "store/structures/prefetch.h"
#include "store/structures/table_segment.h"

namespace store {

/// The hash of an element by its key: what a Table uses unless told otherwise.
struct HashOfKey
{
    template <class Element>
    std::uint64_t operator()(const Element& element) const
    {
        return hash_bytes(element.key());
    }
};

/// An index of elements by key, whose growth never stops the world.
///
/// Element has `std::string_view key() const`. The table holds pointers, 11-15 bytes an element,
/// and owns none of them: the caller that inserts one deletes it. Keys are unique. A lookup touches
/// one cache line and the element (the directory stays in the cache).
///
/// Extendible hashing: a directory, indexed by the upper bits of the hash, leads to segments of at
/// most 447 elements in 64-byte buckets. What grows or shrinks is one segment; it is replaced by a
/// larger one, or split in two, or merged with its buddy: the work of one insert is bounded (but
/// for the directory, 8 bytes for some 300 elements, which is copied when it doubles). Elements
/// never move in memory.
///
/// Colliding hashes cannot grow the directory without end: elements that a segment has no room
/// for, where a split would give more directory entries than one in 16 elements, go to a common
/// spill.
///
/// Hash is a stateless function Element -> 64 bits, and each `hash` parameter below must be its
/// value for the key: hash_bytes(key), unless Hash says otherwise.
template <class Element, class Hash = HashOfKey>
class Table
{
public:
    Table() = default;
    Table(Table&& other) noexcept { swap(other); }
    Table& operator=(Table&& other) noexcept
    {
        Table(std::move(other)).swap(*this);
        return *this;
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() { clear(); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// The element with this key, or nullptr.
    Element* find(std::string_view key, std::uint64_t hash) const;
    Element* find(std::string_view key) const { return find(key, hash_bytes(key)); }

    /// Fetches what find(key, hash) will read first. Changes nothing.
    void prefetch(std::uint64_t hash) const
    {
        if (const Segment segment = segment_of(hash)) {
            store::prefetch(&segment.bucket(segment.home(hash)));
        }
    }

    /// The same for what find() will read next, once that has come: the element. Returns it,
    /// unread, or nullptr if there is none; it may be another one, with a similar hash.
    Element* prefetch_element(std::uint64_t hash) const
    {
        const Location found = locate(hash, [](const Element*) { return true; });
        if (!found.segment) return nullptr;
        Element* const element = found.segment.bucket(found.index).at(found.slot);
        store::prefetch(element);
        return element;
    }

    /// Told that there will be so many elements. Needed where they may come in the order of their
    /// hashes, as from another table: the directory, which grows with their number, would not keep
    /// up with the segments that they fill one after the other, and most would be spilled.
    void expect(std::size_t count);

    /// Makes room for so many elements at once, so that none of them is moved while they come. To
    /// be called if they are there already, and are all going to come. REQUIRES: empty. Throws
    /// std::bad_alloc: nothing was done.
    void reserve(std::size_t count);

    /// REQUIRES: no element has this key. Throws std::bad_alloc: it is not in the table.
    void insert(Element* element, std::uint64_t hash);
    void insert(Element* element) { insert(element, Hash{}(*element)); }

    /// The same for an element that nothing else refers to yet: destroys it if there is no memory
    /// for its place.
    void insert_or_destroy(Element* element, std::uint64_t hash)
    {
        try {
            insert(element, hash);
        } catch (const std::bad_alloc&) {
            Element::destroy(element);
            throw;
        }
    }

    /// Removes the element with this key and returns it, or nullptr if there is none.
    Element* take(std::string_view key, std::uint64_t hash);
    Element* take(std::string_view key) { return take(key, hash_bytes(key)); }

    /// Puts another element with the same key in the place of `old`, which may already be freed.
    /// REQUIRES: `old` is in the table.
    void replace(const Element* old, Element* with, std::uint64_t hash);
    void replace(const Element* old, Element* with) { replace(old, with, Hash{}(*with)); }

    /// Calls f(element) for each, in no useful order. f may change or free the element but not its
    /// key's hash, and must not change the table; a table whose elements f frees may afterwards
    /// only be cleared or destroyed.
    template <class F>
    void for_each(F&& f) const;

    /// The same until f returns false; returns whether it never did.
    template <class F>
    bool for_each_while(F&& f) const;

    /// Takes out elements, segment by segment, until there were `max` or a few more, and calls
    /// f(element) for each, which may free it. Returns how many there were, 0 if the table is
    /// empty. What is left can only be drained, cleared or destroyed.
    template <class F>
    std::size_t drain(std::size_t max, F&& f);

    /// Visits a few elements, calls f(element) for each, and returns the cursor to go on with: 0 at
    /// the end. Begin with 0. An element that is in the table from the first call to the last is
    /// visited at least once, whatever is inserted or removed between the calls; sometimes it is
    /// visited twice. Cursors are below 2^48 (JavaScript's numbers hold 2^53); any number is a
    /// valid cursor. f must not change the table.
    template <class F>
    std::uint64_t scan(std::uint64_t cursor, F&& f) const;

    /// Any element, each with the same chance; nullptr if empty. (In a table that was almost
    /// emptied, where finding one takes too many attempts, the chances are only similar.)
    Element* random(Random& random) const;

    /// Forgets all elements and frees the table's memory.
    void clear();

    void swap(Table& other) noexcept;

    /// What the table itself takes, without the elements.
    std::size_t memory_bytes() const;

    /// True if all invariants hold. For tests: visits everything, asks for each hash.
    bool check() const;

private:
    using Segment = table_detail::Segment<Element>;
    using Bucket = table_detail::Bucket<Element>;
    using Spill = std::unordered_multimap<std::uint64_t, Element*>;

    /// No deeper than the prefix; see scan().
    static constexpr unsigned kMaxDepth = table_detail::kPrefixBits;
    static constexpr unsigned kLargeDepth = 5;  ///< too large for the processor's caches
    static constexpr unsigned kRowBits = 4;     ///< a row of a scan is 2^4 columns
    static constexpr std::uint64_t kPrefixes = std::uint64_t{1} << table_detail::kPrefixBits;

    /// Where an element is: `index` counts on from its home bucket. No segment: nowhere.
    struct Location
    {
        Segment segment;
        unsigned index = 0;
        unsigned slot = 0;
    };

    /// A slot that was hit by chance. No bucket: none was.
    struct Target
    {
        const Bucket* bucket = nullptr;
        unsigned slot = 0;

        Element* element() const { return bucket == nullptr ? nullptr : bucket->at_or_null(slot); }
    };

    std::uint64_t entry_count() const { return std::uint64_t{1} << depth_; }
    Segment entry(std::uint64_t index) const { return depth_ == 0 ? root_ : directory_[index]; }
    std::uint64_t entry_index(std::uint64_t hash) const
    {
        return depth_ == 0 ? 0 : hash >> (64 - depth_);
    }
    Segment segment_of(std::uint64_t hash) const
    {
        return depth_ == 0 ? root_ : directory_[hash >> (64 - depth_)];
    }

    template <class IsIt>
    Location locate(std::uint64_t hash, IsIt&& is_it) const;
    Element* remove(Location location, std::uint64_t hash);
    Element* take_spilled(std::string_view key, std::uint64_t hash);

    template <class F>
    bool for_each_segment_while(F&& f) const;
    template <class F>
    static void visit(Segment segment, std::uint32_t from_column, std::uint32_t to_column, F&& f);

    bool make_room(std::uint64_t hash);
    void resize(Segment segment, std::uint64_t hash);
    void split(Segment segment, std::uint64_t hash);
    void try_to_shrink(Segment segment, std::uint64_t hash) noexcept;
    void shrink(Segment segment, std::uint64_t hash);
    void merge(Segment low, Segment high, std::uint64_t hash);
    void make_first_segment();
    void double_directory();
    void halve_directory();

    Segment make_segment(unsigned count, unsigned depth);
    std::pair<Segment, Segment> make_halves(unsigned low_count, unsigned high_count,
                                            unsigned depth);
    void free_segment(Segment segment);
    void point_to(Segment segment, std::uint64_t hash);

    Target target(std::uint64_t chance) const;
    void prefetch_buckets(const Random& to_come) const;
    void prefetch_targets(const Random& to_come) const;

    std::size_t size_ = 0;
    Segment root_;                    ///< the only segment while depth_ is 0
    std::vector<Segment> directory_;  ///< 2^depth_ entries, unless depth_ is 0
    std::unique_ptr<Spill> spill_;    ///< almost always absent
    std::uint32_t segments_ = 0;
    std::uint32_t deepest_ = 0;  ///< segments whose depth is depth_
    std::uint32_t buckets_ = 0;
    std::uint32_t depth_ = 0;
};

}  // namespace store

#include "store/structures/table_implementation.h"
#include "store/structures/table_visits.h"
