#pragma once

#include <array>
#include <cmath>

#include "store/structures/table.h"

/// The bodies of what looks elements up, puts them in, and takes them out.
namespace store {

// ---- looking up --------------------------------------------------------------

template <class Element, class Hash>
template <class IsIt>
typename Table<Element, Hash>::Location Table<Element, Hash>::locate(std::uint64_t hash,
                                                                     IsIt&& is_it) const
{
    const Segment segment = segment_of(hash);
    if (!segment) return {};
    const std::uint8_t tag = table_detail::tag_of(hash);
    const unsigned count = segment.bucket_count();
    unsigned index = segment.home(hash);
    for (unsigned seen = 0; seen < count; ++seen) {
        const Bucket& bucket = segment.bucket(index);
        for (auto matches = bucket.matching(tag); matches.any(); matches.drop_first()) {
            if (is_it(bucket.at(matches.first()))) return {segment, index, matches.first()};
        }
        if (bucket.passed() == 0) break;
        index = segment.after(index);
    }
    return {};
}

template <class Element, class Hash>
Element* Table<Element, Hash>::find(std::string_view key, std::uint64_t hash) const
{
    const Location found = locate(hash, [&](const Element* e) { return e->key() == key; });
    if (found.segment) return found.segment.bucket(found.index).at(found.slot);
    if (spill_ != nullptr) {
        const auto [first, last] = spill_->equal_range(hash);
        for (auto at = first; at != last; ++at) {
            if (at->second->key() == key) return at->second;
        }
    }
    return nullptr;
}

template <class Element, class Hash>
void Table<Element, Hash>::replace(const Element* old, Element* with, std::uint64_t hash)
{
    const Location found = locate(hash, [&](const Element* e) { return e == old; });
    if (found.segment) {
        found.segment.bucket(found.index).replace(found.slot, with);
        return;
    }
    assert(spill_ != nullptr);
    const auto [first, last] = spill_->equal_range(hash);
    for (auto at = first; at != last; ++at) {
        if (at->second == old) at->second = with;
    }
}

// ---- inserting and growing ---------------------------------------------------

template <class Element, class Hash>
void Table<Element, Hash>::insert(Element* element, std::uint64_t hash)
{
    if (make_room(hash)) {
        segment_of(hash).place(element, hash);
    } else {
        if (spill_ == nullptr) spill_ = std::make_unique<Spill>();
        spill_->emplace(hash, element);
    }
    ++size_;
}

/// Makes the segment of this hash one that has a free slot. False if only a larger directory
/// than the number of elements justifies could: then these are collisions, chosen or by chance.
template <class Element, class Hash>
bool Table<Element, Hash>::make_room(std::uint64_t hash)
{
    constexpr std::size_t kElementsPerEntry = 16;
    make_first_segment();
    while (true) {
        const Segment segment = segment_of(hash);
        if (!segment.crowded()) return true;
        if (segment.bucket_count() < Segment::kMaxBuckets) {
            resize(segment, hash);
            return true;
        }
        if (segment.depth() == depth_) {
            if (depth_ == kMaxDepth || size_ + 1 < 2 * entry_count() * kElementsPerEntry) {
                return !segment.full();
            }
            double_directory();
        }
        split(segment, hash);
    }
}

template <class Element, class Hash>
void Table<Element, Hash>::make_first_segment()
{
    if (root_ || depth_ > 0) return;
    root_ = make_segment(1, 0);
    deepest_ = 1;
}

/// So few for each entry that no segment needs a deeper directory, but by collisions.
template <class Element, class Hash>
void Table<Element, Hash>::expect(std::size_t count)
{
    constexpr std::size_t kElementsPerEntry = 64;
    constexpr std::size_t kFew = 2048;  // the directory keeps up with them
    if (count <= kFew) return;
    make_first_segment();
    while (depth_ < kMaxDepth && entry_count() * kElementsPerEntry < count) double_directory();
}

/// All segments in the size that they will have: what chance adds to the mean is made room for.
template <class Element, class Hash>
void Table<Element, Hash>::reserve(std::size_t count)
{
    constexpr std::size_t kInSegment = 320;
    unsigned depth = 0;
    while (depth < kMaxDepth && count >> depth > kInSegment) ++depth;
    const std::size_t mean = count >> depth;
    const auto most = static_cast<unsigned>(mean + 4 * std::sqrt(static_cast<double>(mean)));

    Table made;
    made.depth_ = depth;
    if (depth == 0) {
        made.root_ = made.make_segment(most, 0);
    } else {
        made.directory_.reserve(std::size_t{1} << depth);
        while (made.directory_.size() < std::size_t{1} << depth)
            made.directory_.push_back(made.make_segment(most, depth));
    }
    made.deepest_ = made.segments_;
    swap(made);
}

template <class Element, class Hash>
void Table<Element, Hash>::resize(Segment segment, std::uint64_t hash)
{
    const Segment resized = make_segment(segment.count() + 1, segment.depth());
    segment.for_each([&](Element* element) { resized.place(element, Hash{}(*element)); });
    point_to(resized, hash);
    free_segment(segment);
}

template <class Element, class Hash>
void Table<Element, Hash>::split(Segment segment, std::uint64_t hash)
{
    const unsigned depth = segment.depth();
    const std::uint64_t side = std::uint64_t{1} << (63 - depth);
    std::array<std::uint64_t, Segment::kMaxBuckets * Bucket::kSlots> hashes;
    unsigned count = 0;
    unsigned high_count = 0;
    segment.for_each([&](Element* element) {
        hashes[count] = Hash{}(*element);
        high_count += (hashes[count] & side) != 0;
        ++count;
    });

    const auto halves = make_halves(count - high_count + 1, high_count + 1, depth + 1);
    const Segment low = halves.first;
    const Segment high = halves.second;
    unsigned next = 0;
    segment.for_each([&](Element* element) {
        const std::uint64_t its_hash = hashes[next++];
        ((its_hash & side) != 0 ? high : low).place(element, its_hash);
    });
    point_to(low, hash & ~side);
    point_to(high, hash | side);
    if (depth + 1 == depth_) deepest_ += 2;
    free_segment(segment);
}

template <class Element, class Hash>
void Table<Element, Hash>::double_directory()
{
    const std::uint64_t count = entry_count();
    std::vector<Segment> doubled(2 * count);
    for (std::uint64_t i = 0; i < count; ++i) doubled[2 * i] = doubled[2 * i + 1] = entry(i);
    directory_ = std::move(doubled);
    root_ = {};
    ++depth_;
    deepest_ = 0;
}

// ---- removing and shrinking --------------------------------------------------

template <class Element, class Hash>
Element* Table<Element, Hash>::take(std::string_view key, std::uint64_t hash)
{
    const Location found = locate(hash, [&](const Element* e) { return e->key() == key; });
    if (found.segment) return remove(found, hash);
    return spill_ != nullptr ? take_spilled(key, hash) : nullptr;
}

template <class Element, class Hash>
Element* Table<Element, Hash>::remove(Location location, std::uint64_t hash)
{
    const Segment segment = location.segment;
    Bucket& bucket = segment.bucket(location.index);
    Element* const element = bucket.at(location.slot);
    bucket.remove(location.slot);
    for (unsigned i = segment.home(hash); i != location.index; i = segment.after(i)) {
        segment.bucket(i).drop_passed();
    }
    segment.set_count(segment.count() - 1);
    --size_;
    if (segment.sparse()) try_to_shrink(segment, hash);
    return element;
}

template <class Element, class Hash>
Element* Table<Element, Hash>::take_spilled(std::string_view key, std::uint64_t hash)
{
    const auto [first, last] = spill_->equal_range(hash);
    for (auto at = first; at != last; ++at) {
        Element* const element = at->second;
        if (element->key() != key) continue;
        spill_->erase(at);
        if (spill_->empty()) spill_ = nullptr;
        --size_;
        return element;
    }
    return nullptr;
}

/// The element is out by now: if there is no memory to make it smaller, the table stays as it is.
template <class Element, class Hash>
void Table<Element, Hash>::try_to_shrink(Segment segment, std::uint64_t hash) noexcept
{
    try {
        shrink(segment, hash);
    } catch (const std::bad_alloc&) {
    }
}

/// Merges the segment with its buddy if both together fill at most half of a full one (so that the
/// next inserts do not split it again), else makes it smaller.
template <class Element, class Hash>
void Table<Element, Hash>::shrink(Segment segment, std::uint64_t hash)
{
    const unsigned depth = segment.depth();
    if (depth > 0) {
        const std::uint64_t side = std::uint64_t{1} << (64 - depth);
        const Segment buddy = segment_of(hash ^ side);
        const unsigned together = segment.count() + buddy.count();
        if (buddy.depth() == depth && together <= Segment::kMaxBuckets * Bucket::kSlots / 2) {
            const bool is_high = (hash & side) != 0;
            merge(is_high ? buddy : segment, is_high ? segment : buddy, hash);
            return;
        }
    }
    resize(segment, hash);
}

template <class Element, class Hash>
void Table<Element, Hash>::merge(Segment low, Segment high, std::uint64_t hash)
{
    const unsigned depth = low.depth();
    const Segment merged = make_segment(low.count() + high.count() + 1, depth - 1);
    for (const Segment half : {low, high}) {
        half.for_each([&](Element* element) { merged.place(element, Hash{}(*element)); });
    }
    point_to(merged, hash);
    if (depth == depth_) deepest_ -= 2;
    free_segment(low);
    free_segment(high);
    halve_directory();
}

/// Halves only a directory that is four times too large: one segment that splits and merges again
/// and again must not copy it each time.
template <class Element, class Hash>
void Table<Element, Hash>::halve_directory()
{
    while (depth_ > 0 && deepest_ == 0 &&
           (segments_ == 1 || std::uint64_t{segments_} * 4 <= entry_count())) {
        const std::uint64_t count = entry_count() / 2;
        if (count == 1) {
            root_ = directory_[0];
            directory_ = {};
            deepest_ = 1;
        } else {
            std::vector<Segment> halved(count);
            for (std::uint64_t i = 0; i < count; ++i) halved[i] = directory_[2 * i];
            for (std::uint64_t i = 0; i < count; i += 2) {
                if (halved[i] != halved[i + 1]) deepest_ += 2;
            }
            directory_ = std::move(halved);
        }
        --depth_;
    }
}

template <class Element, class Hash>
void Table<Element, Hash>::clear()
{
    // By index, for the depth of a segment is not to be read once it is freed. Of a table that was
    // being drained, the directory's end is missing.
    const std::uint64_t end = depth_ == 0 ? 1 : directory_.size();
    for (std::uint64_t i = 0; i < end;) {
        const Segment segment = entry(i);
        if (!segment) break;
        i += std::uint64_t{1} << (depth_ - segment.depth());
        free_segment(segment);
    }
    size_ = 0;
    root_ = {};
    directory_ = {};
    spill_ = nullptr;
    depth_ = 0;
    deepest_ = 0;
}

template <class Element, class Hash>
template <class F>
std::size_t Table<Element, Hash>::drain(std::size_t max, F&& f)
{
    std::size_t taken = 0;
    if (spill_ != nullptr) {
        for (const auto& [hash, element] : *spill_) f(element);
        taken += spill_->size();
        spill_ = nullptr;
    }
    while (taken < max && (depth_ == 0 ? static_cast<bool>(root_) : !directory_.empty())) {
        const Segment last = depth_ == 0 ? root_ : directory_.back();
        taken += last.count();
        last.for_each(f);
        if (depth_ == 0) {
            root_ = {};
        } else {
            directory_.resize(directory_.size() - (std::size_t{1} << (depth_ - last.depth())));
        }
        free_segment(last);
    }
    size_ -= taken;
    if (size_ == 0) clear();
    return taken;
}

// ---- segments ----------------------------------------------------------------

template <class Element, class Hash>
typename Table<Element, Hash>::Segment Table<Element, Hash>::make_segment(unsigned count,
                                                                          unsigned depth)
{
    const unsigned buckets = Segment::fitting_buckets(count);
    const Segment made = Segment::make(buckets, depth);
    buckets_ += buckets;
    ++segments_;
    return made;
}

/// Both or, if memory runs out, none.
template <class Element, class Hash>
auto Table<Element, Hash>::make_halves(unsigned low_count, unsigned high_count, unsigned depth)
    -> std::pair<Segment, Segment>
{
    const Segment low = make_segment(low_count, depth);
    try {
        return {low, make_segment(high_count, depth)};
    } catch (const std::bad_alloc&) {
        free_segment(low);
        throw;
    }
}

template <class Element, class Hash>
void Table<Element, Hash>::free_segment(Segment segment)
{
    buckets_ -= segment.bucket_count();
    --segments_;
    segment.free();
}

/// Makes the segment the one for all hashes that begin as `hash` does, to the segment's depth.
template <class Element, class Hash>
void Table<Element, Hash>::point_to(Segment segment, std::uint64_t hash)
{
    if (depth_ == 0) {
        root_ = segment;
        return;
    }
    const std::uint64_t run = std::uint64_t{1} << (depth_ - segment.depth());
    const std::uint64_t first = entry_index(hash) & ~(run - 1);
    for (std::uint64_t i = 0; i < run; ++i) directory_[first + i] = segment;
}

template <class Element, class Hash>
template <class F>
bool Table<Element, Hash>::for_each_segment_while(F&& f) const
{
    for (std::uint64_t i = 0; i < entry_count();) {
        const Segment segment = entry(i);
        if (!segment) break;
        if (!f(segment)) return false;
        i += std::uint64_t{1} << (depth_ - segment.depth());
    }
    return true;
}

// ---- the rest ----------------------------------------------------------------

template <class Element, class Hash>
void Table<Element, Hash>::swap(Table& other) noexcept
{
    std::swap(size_, other.size_);
    std::swap(root_, other.root_);
    std::swap(directory_, other.directory_);
    std::swap(spill_, other.spill_);
    std::swap(segments_, other.segments_);
    std::swap(deepest_, other.deepest_);
    std::swap(buckets_, other.buckets_);
    std::swap(depth_, other.depth_);
}

template <class Element, class Hash>
std::size_t Table<Element, Hash>::memory_bytes() const
{
    constexpr std::size_t kSpilledBytes = 4 * sizeof(void*);
    const std::size_t directory = depth_ == 0 ? 0 : entry_count() * sizeof(Segment);
    const std::size_t spilled = spill_ == nullptr ? 0 : spill_->size() * kSpilledBytes;
    return sizeof(*this) + std::size_t{buckets_} * sizeof(Bucket) + directory + spilled;
}

template <class Element, class Hash>
bool Table<Element, Hash>::check() const
{
    std::size_t elements = spill_ == nullptr ? 0 : spill_->size();
    std::uint64_t segments = 0;
    std::uint64_t buckets = 0;
    std::uint64_t deepest = 0;
    bool right = true;
    for (std::uint64_t i = 0; i < entry_count() && entry(i);) {
        const Segment segment = entry(i);
        ++segments;
        buckets += segment.bucket_count();
        deepest += segment.depth() == depth_;
        elements += segment.count();
        const std::uint64_t run = std::uint64_t{1} << (depth_ - segment.depth());
        right = right && segment.depth() <= depth_ && i % run == 0;
        for (std::uint64_t k = 0; k < run; ++k) right = right && entry(i + k) == segment;
        unsigned count = 0;
        segment.for_each([&](Element* element) {
            const std::uint64_t hash = Hash{}(*element);
            const Location at = locate(hash, [&](const Element* e) { return e == element; });
            right = right && at.segment == segment && (entry_index(hash) & ~(run - 1)) == i;
            ++count;
        });
        right = right && count == segment.count();
        i += run;
    }
    return right && elements == size_ && segments == segments_ && buckets == buckets_ &&
           deepest == deepest_;
}

}  // namespace store
