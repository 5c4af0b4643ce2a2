#include "store/structures/score_tree.h"

namespace store {
namespace {

using namespace score_tree;

bool is_before(const ScoredMember* a, const ScoredMember* b)
{
    return a->score() < b->score() || (a->score() == b->score() && a->key() < b->key());
}

}  // namespace

/// What a walk through the tree has seen so far.
struct ScoreTree::Walk
{
    const Leaf* previous = nullptr;
    std::size_t entries = 0;
    std::size_t bytes = 0;
};

bool ScoreTree::check() const
{
    if (root_ == nullptr) {
        return first_ == nullptr && last_ == nullptr && size_ == 0 && height_ == 0 &&
               memory_bytes_ == 0;
    }
    if (height_ > 0 && root_->size < 2) return false;
    Walk walk;
    return check_node(root_, height_, Edge::Both, walk) && walk.previous == last_ &&
           last_->next == nullptr && walk.entries == size_ && walk.bytes == memory_bytes_;
}

bool ScoreTree::check_node(const Node* node, unsigned height, Edge edge, Walk& walk) const
{
    if (height == 0) return check_leaf(*static_cast<const Leaf*>(node), edge, walk);

    const auto& inner = *static_cast<const Inner*>(node);
    walk.bytes += sizeof(Inner);
    if (inner.size == 0 || inner.size > kInnerCapacity) return false;
    if (edge == Edge::None && inner.size < kInnerMin) return false;
    for (unsigned i = 0; i < inner.size; ++i) {
        const bool at_first = i == 0 && (edge == Edge::First || edge == Edge::Both);
        const bool at_last = i + 1 == inner.size && (edge == Edge::Last || edge == Edge::Both);
        const Edge child_edge = at_first && at_last ? Edge::Both
                                : at_first          ? Edge::First
                                : at_last           ? Edge::Last
                                                    : Edge::None;
        const std::size_t entries_before = walk.entries;
        const Leaf* const leaf_before = walk.previous;
        if (!check_node(inner.children[i], height - 1, child_edge, walk)) return false;

        const Leaf* const first = leaf_before == nullptr ? first_ : leaf_before->next;
        if (inner.counts[i] != walk.entries - entries_before) return false;
        if (inner.members[i] != first->members()[0]) return false;
        if (inner.scores[i] != first->scores()[0]) return false;
    }
    return true;
}

bool ScoreTree::check_leaf(const Leaf& leaf, Edge edge, Walk& walk) const
{
    if (leaf.size == 0 || leaf.size > leaf.capacity) return false;
    if (leaf.capacity != kLeafCapacity && height_ > 0) return false;
    if (edge == Edge::None && leaf.size < kLeafMin) return false;
    if (leaf.previous != walk.previous) return false;
    if ((walk.previous == nullptr ? first_ : walk.previous->next) != &leaf) return false;

    const ScoredMember* before =
        walk.previous == nullptr ? nullptr : walk.previous->members()[walk.previous->size - 1];
    for (unsigned i = 0; i < leaf.size; ++i) {
        const ScoredMember* member = leaf.members()[i];
        if (leaf.scores()[i] != member->score()) return false;
        if (before != nullptr && !is_before(before, member)) return false;
        before = member;
    }
    walk.previous = &leaf;
    walk.entries += leaf.size;
    walk.bytes += Leaf::bytes(leaf.capacity);
    return true;
}

}  // namespace store
