#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "store/structures/prefetch.h"
#include "store/structures/score_tree_node.h"
#include "store/structures/scored_member.h"

namespace store {

/// Members in the order of (score, bytes of the member): a B+tree whose inner nodes count what is
/// below them. Nothing takes longer than O(log n), and no node is larger than 2 KB.
///
/// Leaves keep the scores and the pointers to the members in two arrays, so that a search reads
/// scores only; the members themselves are read only where scores tie. About 21-24 bytes an entry
/// after random inserts and moves, 17 after ascending inserts, without the members, which the tree
/// does not own.
///
/// Any change invalidates all iterators.
class ScoreTree
{
public:
    class Iterator;

    ScoreTree() = default;
    ScoreTree(ScoreTree&& other) noexcept { swap(other); }
    ScoreTree& operator=(ScoreTree&& other) noexcept
    {
        ScoreTree(static_cast<ScoreTree&&>(other)).swap(*this);
        return *this;
    }
    ScoreTree(const ScoreTree&) = delete;
    ScoreTree& operator=(const ScoreTree&) = delete;
    ~ScoreTree() { clear(); }

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }

    /// Files the member under its score. REQUIRES: it is not in the tree; the score is not NaN.
    void insert(ScoredMember* member);

    /// REQUIRES: the member is in the tree, under its score.
    void erase(const ScoredMember* member);

    /// Erases the first entry, or the last, without looking for it. REQUIRES: not empty.
    void erase_first();
    void erase_last();

    /// Changes the member's score and its position. A small step, that stays within a leaf, moves a
    /// few entries of that leaf and nothing else. REQUIRES: as erase; the new score is not NaN.
    void move(ScoredMember* member, double new_score);

    /// How many entries come before this one. REQUIRES: as erase.
    std::size_t rank(const ScoredMember* member) const;

    /// How many entries have a lower score; or one that is not higher.
    std::size_t count_below(double score) const;
    std::size_t count_up_to(double score) const;

    Iterator begin() const;
    Iterator end() const;

    /// The entry that `rank` entries come before; end() from size() on.
    Iterator at(std::size_t rank) const;

    /// The first entry whose score is not lower; or higher; or which is not before (score, member).
    Iterator lower_bound(double score) const;
    Iterator upper_bound(double score) const;
    Iterator lower_bound(double score, std::string_view member) const;

    /// Forgets all entries.
    void clear();

    /// Forgets about this many entries and returns how many, 0 if there are none. What is left can
    /// only be freed, cleared or destroyed. (The nodes above the leaves, one for some 50 of them,
    /// go at once.)
    std::size_t free_some(std::size_t max);

    void swap(ScoreTree& other) noexcept;

    /// What the nodes take.
    std::size_t memory_bytes() const { return memory_bytes_; }

    /// True if every invariant holds. For tests: walks the whole tree.
    bool check() const;

private:
    using Node = score_tree::Node;
    using Leaf = score_tree::Leaf;
    using Inner = score_tree::Inner;
    using Key = score_tree::Key;

    /// From the root to the parent of a leaf: which child was taken at each node.
    struct Path
    {
        struct Step
        {
            Inner* node;
            unsigned index;
        };
        Step steps[score_tree::kMaxHeight];
        unsigned length = 0;
    };

    Leaf* descend(const Key& key, Path& path) const;
    template <class ChildOf>
    Leaf* descend_by(ChildOf&& child_of, Path& path) const;
    template <class ChildOf>
    const Leaf* descend_counting(ChildOf&& child_of, std::size_t& before) const;
    template <class ChildOf>
    const Leaf* descend_to_leaf(ChildOf&& child_of) const;

    void insert_at(Leaf* leaf, unsigned position, ScoredMember* member, Path& path);
    void erase_at(Leaf* leaf, unsigned position, Path& path);
    static void update_first(double score, const ScoredMember* member, const Path& path);
    static void update_first(double score, const ScoredMember* member, const Path& path,
                             unsigned depth);

    void make_room(Leaf* leaf, unsigned position, Path& path);
    bool share_with_sibling(Path& path);
    class SpareNodes;
    void split_leaf(Leaf* leaf, unsigned keep, Path& path);
    template <class NodeType>
    void add_sibling(Path& path, unsigned depth, NodeType* node, NodeType* sibling,
                     SpareNodes& spare);
    template <class NodeType>
    void refill(Path& path, unsigned depth, unsigned merge_max);
    void remove_child(Path& path, unsigned depth, unsigned index);

    Leaf* make_leaf(unsigned capacity);
    Inner* make_inner(SpareNodes& spare);
    void dispose(Leaf* leaf);
    void dispose(Inner* inner);
    void dispose_inner_nodes(Node* node, unsigned height);
    void resize_root_leaf(unsigned capacity);
    void try_to_resize_root_leaf(unsigned capacity) noexcept;

    /// Whether a node is the first or last of its level, which may be nearly empty.
    enum class Edge { None, First, Last, Both };
    struct Walk;
    bool check_node(const Node* node, unsigned height, Edge edge, Walk& walk) const;
    bool check_leaf(const Leaf& leaf, Edge edge, Walk& walk) const;

    Node* root_ = nullptr;
    Leaf* first_ = nullptr;
    Leaf* last_ = nullptr;
    std::size_t size_ = 0;
    std::size_t memory_bytes_ = 0;
    unsigned height_ = 0;  ///< levels of inner nodes; 0: the root is a leaf, or null if empty
};

/// A position in a tree. Moves both ways; end() comes after the last entry.
class ScoreTree::Iterator
{
public:
    Iterator() = default;

    /// Of the entry at this position. REQUIRES: it is not end(). score() reads the tree alone.
    double score() const { return leaf_->scores()[index_]; }
    const ScoredMember* member() const { return leaf_->members()[index_]; }

    Iterator& operator++()
    {
        if (++index_ == leaf_->size && leaf_->next != nullptr) {
            leaf_ = leaf_->next;
            index_ = 0;
        }
        return *this;
    }

    Iterator& operator--()
    {
        if (index_ == 0) {
            leaf_ = leaf_->previous;
            index_ = leaf_->size;
        }
        --index_;
        return *this;
    }

    /// Moves on by `distance` entries, but not beyond end(): a step for every 60 or so.
    Iterator& operator+=(std::size_t distance)
    {
        if (leaf_ == nullptr) return *this;
        while (distance >= leaf_->size - index_ && leaf_->next != nullptr) {
            distance -= leaf_->size - index_;
            leaf_ = leaf_->next;
            index_ = 0;
        }
        const std::size_t left = leaf_->size - index_;
        index_ += static_cast<std::uint32_t>(distance < left ? distance : left);
        return *this;
    }

    /// The member that is `distance` entries ahead, if it is in the same leaf; else nullptr.
    const ScoredMember* ahead(unsigned distance) const
    {
        const bool is_here = leaf_ != nullptr && index_ + distance < leaf_->size;
        return is_here ? leaf_->members()[index_ + distance] : nullptr;
    }
    /// Fetches it.
    void prefetch_ahead(unsigned distance) const
    {
        if (const ScoredMember* const member = ahead(distance)) prefetch(member);
    }

    bool at_end() const { return leaf_ == nullptr || index_ == leaf_->size; }

    bool operator==(const Iterator&) const = default;

private:
    friend class ScoreTree;
    Iterator(const Leaf* leaf, unsigned index) : leaf_(leaf), index_(index) {}

    /// The same position, named by the next leaf if this one has no entry there.
    static Iterator normal(const Leaf* leaf, unsigned index)
    {
        if (leaf != nullptr && index == leaf->size && leaf->next != nullptr) return {leaf->next, 0};
        return {leaf, index};
    }

    const Leaf* leaf_ = nullptr;
    std::uint32_t index_ = 0;
};

}  // namespace store
