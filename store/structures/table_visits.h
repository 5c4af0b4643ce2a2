#pragma once

#include <algorithm>
#include <iterator>

#include "store/structures/table.h"

/// The bodies of what visits a table's elements: all of them, some at a time, or any.
namespace store {

// ---- visiting ----------------------------------------------------------------

template <class Element, class Hash>
template <class F>
void Table<Element, Hash>::for_each(F&& f) const
{
    for_each_while([&](Element* element) {
        f(element);
        return true;
    });
}

template <class Element, class Hash>
template <class F>
bool Table<Element, Hash>::for_each_while(F&& f) const
{
    if (!for_each_segment_while([&](Segment segment) { return segment.for_each_while(f); }))
        return false;
    return spill_ == nullptr || std::all_of(spill_->begin(), spill_->end(),
                                            [&](const auto& item) { return f(item.second); });
}

/// An element's place in the order of a scan is (row, prefix): the upper six bits of its column,
/// then the upper 38 of its hash. Both are the hash's alone, so that no growth or shrinking moves
/// an element from behind the cursor to before it or back. A step visits one row of one segment,
/// which is one bucket or two neighbours. A table of one segment is scanned by its buckets: in a
/// small one, a bucket is many rows.
template <class Element, class Hash>
template <class F>
std::uint64_t Table<Element, Hash>::scan(std::uint64_t cursor, F&& f) const
{
    using namespace table_detail;
    const auto column =
        static_cast<std::uint32_t>((cursor >> kPrefixBits) & ((1U << kColumnBits) - 1));
    std::uint64_t next_column = 0;
    std::uint64_t next_prefix = 0;
    if (depth_ == 0) {
        if (!root_) return 0;
        const std::uint64_t buckets = root_.bucket_count();
        const std::uint64_t bucket = bucket_of(column, root_.bucket_count());
        const auto first_of = [&](std::uint64_t index) {
            return ((index << kColumnBits) + buckets - 1) / buckets;
        };
        next_column = first_of(bucket + 1);
        visit(root_, static_cast<std::uint32_t>(first_of(bucket)),
              static_cast<std::uint32_t>(next_column), f);
    } else {
        const std::uint64_t row = column >> kRowBits;
        const std::uint64_t prefix = cursor & (kPrefixes - 1);
        const Segment segment = entry(prefix >> (kPrefixBits - depth_));
        next_column = row << kRowBits;
        visit(segment, static_cast<std::uint32_t>(next_column),
              static_cast<std::uint32_t>((row + 1) << kRowBits), f);
        const unsigned below = kPrefixBits - segment.depth();
        next_prefix = ((prefix >> below) + 1) << below;
        if (next_prefix == kPrefixes) {
            next_prefix = 0;
            next_column = (row + 1) << kRowBits;
        }
    }
    if (next_column < std::uint64_t{1} << kColumnBits) {
        return next_column << kPrefixBits | next_prefix;
    }
    // What was spilled stays spilled, so that one visit at the end is enough.
    if (spill_ != nullptr) {
        for (const auto& [hash, element] : *spill_) f(element);
    }
    return 0;
}

/// Calls f for the elements whose column is in [from_column, to_column), wherever they were put.
template <class Element, class Hash>
template <class F>
void Table<Element, Hash>::visit(Segment segment, std::uint32_t from_column,
                                 std::uint32_t to_column, F&& f)
{
    const unsigned count = segment.bucket_count();
    const unsigned first = table_detail::bucket_of(from_column, count);
    const unsigned homes = table_detail::bucket_of(to_column - 1, count) - first + 1;
    unsigned index = first;
    for (unsigned seen = 0; seen < count; ++seen) {
        segment.bucket(index).prefetch_elements();
        if (seen + 1 >= homes && segment.bucket(index).passed() == 0) break;
        index = segment.after(index);
    }
    index = first;
    for (unsigned seen = 0; seen < count; ++seen) {
        const Bucket& bucket = segment.bucket(index);
        for (auto used = bucket.used(); used.any(); used.drop_first()) {
            Element* const element = bucket.at(used.first());
            const std::uint32_t column = table_detail::column_of(Hash{}(*element));
            if (column >= from_column && column < to_column) f(element);
        }
        if (seen + 1 >= homes && bucket.passed() == 0) break;
        index = segment.after(index);
    }
}

// ---- chance ------------------------------------------------------------------

/// Where one throw at all slots there could be hits, if anywhere. Each segment is hit by its first
/// directory entry only, and as if it had 64 buckets, so that every slot of the table has the same
/// chance: what is hit is uniform, and what is missed is thrown again. Reads no bucket.
template <class Element, class Hash>
auto Table<Element, Hash>::target(std::uint64_t chance) const -> Target
{
    const std::uint64_t index = entry_index(chance);
    const auto low = static_cast<std::uint32_t>(chance);
    const Segment segment = entry(index);
    if (index != 0 && entry(index - 1) == segment) return {};
    // A table of one segment has nothing to be compared with; only a small one must not be missed.
    const unsigned range = depth_ == 0 ? segment.bucket_count() : Segment::kMaxBuckets;
    const unsigned bucket = (low >> 16) * range >> 16;
    if (bucket >= segment.bucket_count()) return {};
    return {&segment.bucket(bucket), (low & 0xffff) * Bucket::kSlots >> 16};
}

/// Fetches the buckets that the throws to come will hit.
template <class Element, class Hash>
void Table<Element, Hash>::prefetch_buckets(const Random& to_come) const
{
    for (std::size_t ahead = 0; ahead < Random::kAhead; ++ahead) {
        const Bucket* const bucket = target(to_come.peek(ahead)).bucket;
        if (bucket != nullptr) store::prefetch(bucket);
    }
}

/// Fetches what the next of them will hit: reads their buckets, which were fetched before.
template <class Element, class Hash>
void Table<Element, Hash>::prefetch_targets(const Random& to_come) const
{
    for (std::size_t ahead = 0; ahead < Random::kAhead / 2; ++ahead) {
        const Element* const element = target(to_come.peek(ahead)).element();
        if (element != nullptr) store::prefetch(element);
    }
}

template <class Element, class Hash>
Element* Table<Element, Hash>::random(Random& random) const
{
    if (size_ == 0) return nullptr;
    if (spill_ != nullptr) {
        const std::uint64_t chance = random.below(size_);
        if (chance < spill_->size()) {
            return std::next(spill_->begin(), static_cast<std::ptrdiff_t>(chance))->second;
        }
    }
    // A table in normal condition is hit at every second or third throw. If it is too large for the
    // processor's caches, the throws to come are looked at together, and as a rule another element
    // is wanted soon.
    constexpr int kAttempts = 100;
    const bool is_large = depth_ >= kLargeDepth;
    if (is_large) prefetch_buckets(random);
    for (int i = 0; i < kAttempts; ++i) {
        Element* const element = target(random.next()).element();
        if (element == nullptr) continue;
        if (is_large) prefetch_targets(random);
        return element;
    }
    std::uint64_t index = entry_index(random.next());
    Element* found = nullptr;
    while (found == nullptr) {
        std::uint64_t count = 0;
        const Segment segment = entry(index);
        segment.for_each([&](Element* element) {
            if (random.below(++count) == 0) found = element;
        });
        index = (index + 1) & (entry_count() - 1);
    }
    return found;
}

}  // namespace store
