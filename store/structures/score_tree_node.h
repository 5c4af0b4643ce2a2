#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "store/structures/scored_member.h"

/// The nodes of a ScoreTree, and the searches within one. Only the tree needs them.
namespace store::score_tree {

/// A full leaf fills 1,024 bytes of the allocator, an inner node 2,048.
inline constexpr unsigned kLeafCapacity = 62;
inline constexpr unsigned kInnerCapacity = 63;

/// Nodes below these sizes are merged with a sibling, or get entries from it. All nodes but the
/// root, and the first and last of each level, are at least this full.
inline constexpr unsigned kLeafMin = 26;
inline constexpr unsigned kInnerMin = 26;

/// Merging stops short of full, so that the next insert need not split again.
inline constexpr unsigned kLeafMergeMax = 54;
inline constexpr unsigned kInnerMergeMax = 54;

/// Leaves hold 26-62 entries, so 12 levels hold more than any memory.
inline constexpr unsigned kMaxHeight = 12;

/// What entries are ordered by.
struct Key
{
    double score;
    std::string_view member;
};

struct Node
{
    std::uint32_t size;  ///< entries in use, at least 1
};

struct Leaf : Node
{
    std::uint32_t capacity;  ///< kLeafCapacity, unless this leaf is the root
    Leaf* previous;
    Leaf* next;

    static std::size_t bytes(unsigned capacity)
    {
        return sizeof(Leaf) + capacity * (sizeof(double) + sizeof(ScoredMember*));
    }

    // Two arrays of `capacity` follow, beyond the object.
    double* scores() { return reinterpret_cast<double*>(this + 1); }
    const double* scores() const { return reinterpret_cast<const double*>(this + 1); }
    ScoredMember** members() { return reinterpret_cast<ScoredMember**>(scores() + capacity); }
    ScoredMember* const* members() const
    {
        return reinterpret_cast<ScoredMember* const*>(scores() + capacity);
    }
};

struct Inner : Node
{
    double scores[kInnerCapacity];                ///< the least entry below each child:
    const ScoredMember* members[kInnerCapacity];  ///<   its score, its member
    std::uint64_t counts[kInnerCapacity];         ///< entries below each child
    Node* children[kInnerCapacity];

    std::uint64_t count() const
    {
        std::uint64_t sum = 0;
        for (unsigned i = 0; i < size; ++i) sum += counts[i];
        return sum;
    }
};

/// Two scores that the processor compares at once (a vector of GCC and Clang).
using TwoScores = double __attribute__((vector_size(2 * sizeof(double))));

/// How many of the scores `compare` says yes to: compare(scores, score), of TwoScores or doubles.
/// Asks about all of them: 8 cache lines that load at once are faster than the 3 that a binary
/// search needs one after the other, and the loop has no branches.
template <class Compare>
unsigned count_scores(const double* scores, unsigned size, double score, Compare&& compare)
{
    const TwoScores twice = {score, score};
    auto counts = compare(twice, twice);  // each 0, or -1 for yes
    counts -= counts;
    unsigned i = 0;
    for (; i + 4 <= size; i += 4) {
        TwoScores first, second;
        std::memcpy(&first, scores + i, sizeof first);
        std::memcpy(&second, scores + i + 2, sizeof second);
        counts += compare(first, twice) + compare(second, twice);
    }
    auto count = static_cast<unsigned>(-(counts[0] + counts[1]));
    for (; i < size; ++i) count += static_cast<unsigned>(compare(scores[i], score));
    return count;
}

/// How many of the ascending scores are lower.
inline unsigned lower_scores(const double* scores, unsigned size, double score)
{
    return count_scores(scores, size, score, [](const auto& a, const auto& b) { return a < b; });
}

/// How many are not higher.
inline unsigned scores_up_to(const double* scores, unsigned size, double score)
{
    return count_scores(scores, size, score, [](const auto& a, const auto& b) { return a <= b; });
}

/// How many entries come before the key.
template <class NodeWithArrays>
unsigned entries_before(const double* scores, NodeWithArrays members, unsigned size, const Key& key)
{
    unsigned first = lower_scores(scores, size, key.score);
    if (first == size || scores[first] != key.score) return first;
    // Only ties read the members.
    unsigned last = first + scores_up_to(scores + first, size - first, key.score);
    while (first < last) {
        const unsigned middle = (first + last) / 2;
        if (members[middle]->key() < key.member) {
            first = middle + 1;
        } else {
            last = middle;
        }
    }
    return first;
}

inline unsigned entries_before(const Leaf& leaf, const Key& key)
{
    return entries_before(leaf.scores(), leaf.members(), leaf.size, key);
}

/// The child below which the key is, or belongs.
inline unsigned child_for(const Inner& inner, const Key& key)
{
    const unsigned before = entries_before(inner.scores, inner.members, inner.size, key);
    const bool is_first_of_child = before < inner.size && inner.scores[before] == key.score &&
                                   inner.members[before]->key() == key.member;
    if (is_first_of_child) return before;
    return before == 0 ? 0 : before - 1;
}

/// The child below which the first entry with a score not lower is, or the one before it.
inline unsigned child_for_lower_bound(const Inner& inner, double score)
{
    const unsigned before = lower_scores(inner.scores, inner.size, score);
    return before == 0 ? 0 : before - 1;
}

/// The same for the first entry with a higher score.
inline unsigned child_for_upper_bound(const Inner& inner, double score)
{
    const unsigned before = scores_up_to(inner.scores, inner.size, score);
    return before == 0 ? 0 : before - 1;
}

/// Copies `count` entries from one leaf to another (or the same: ranges may overlap).
inline void copy_entries(const Leaf& from, unsigned from_index, Leaf& to, unsigned to_index,
                         unsigned count)
{
    std::memmove(to.scores() + to_index, from.scores() + from_index, count * sizeof(double));
    std::memmove(to.members() + to_index, from.members() + from_index,
                 count * sizeof(ScoredMember*));
}

inline void copy_entries(const Inner& from, unsigned from_index, Inner& to, unsigned to_index,
                         unsigned count)
{
    std::memmove(to.scores + to_index, from.scores + from_index, count * sizeof(double));
    std::memmove(to.members + to_index, from.members + from_index, count * sizeof(ScoredMember*));
    std::memmove(to.counts + to_index, from.counts + from_index, count * sizeof(std::uint64_t));
    std::memmove(to.children + to_index, from.children + from_index, count * sizeof(Node*));
}

/// Moves entries between neighbours until `left` holds `left_size`. They fit.
template <class NodeType>
void share(NodeType& left, NodeType& right, unsigned left_size)
{
    if (left_size < left.size) {
        const unsigned moved = left.size - left_size;
        copy_entries(right, 0, right, moved, right.size);
        copy_entries(left, left_size, right, 0, moved);
        right.size += moved;
    } else {
        const unsigned moved = left_size - left.size;
        copy_entries(right, 0, left, left.size, moved);
        copy_entries(right, moved, right, 0, right.size - moved);
        right.size -= moved;
    }
    left.size = left_size;
}

}  // namespace store::score_tree
