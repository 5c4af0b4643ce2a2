#include "store/structures/score_tree.h"

#include <array>
#include <cassert>
#include <memory>
#include <new>

namespace store {
namespace {

using namespace score_tree;

/// What an inner node keeps of a child.
struct Slot
{
    double score;
    const ScoredMember* member;
    std::uint64_t count;
    Node* child;
};

Slot slot_of(Leaf* leaf) { return {leaf->scores()[0], leaf->members()[0], leaf->size, leaf}; }

Slot slot_of(Inner* inner) { return {inner->scores[0], inner->members[0], inner->count(), inner}; }

void put_slot(Inner& inner, unsigned index, const Slot& slot)
{
    inner.scores[index] = slot.score;
    inner.members[index] = slot.member;
    inner.counts[index] = slot.count;
    inner.children[index] = slot.child;
}

void insert_slot(Inner& inner, unsigned index, const Slot& slot)
{
    copy_entries(inner, index, inner, index + 1, inner.size - index);
    put_slot(inner, index, slot);
    ++inner.size;
}

/// The sizes a leaf has while it is the root, so that small sets are small.
unsigned larger_capacity(unsigned capacity)
{
    return capacity >= 32 ? kLeafCapacity : 2 * capacity;
}
constexpr unsigned kSmallestCapacity = 4;

/// Where the member is among the entries of its leaf. Ties are told apart by address.
unsigned position_of(const Leaf& leaf, const ScoredMember* member)
{
    unsigned position = lower_scores(leaf.scores(), leaf.size, member->score());
    while (leaf.members()[position] != member) {
        ++position;
        assert(position < leaf.size);
    }
    return position;
}

/// Whether the path has taken the last child of each of its first `depth` nodes.
template <class Path>
bool is_last(const Path& path, unsigned depth)
{
    for (unsigned i = 0; i < depth; ++i) {
        if (path.steps[i].index + 1 != path.steps[i].node->size) return false;
    }
    return true;
}

/// Takes the entry from one position of the leaf to another and gives it a new score.
void rotate(Leaf& leaf, unsigned from, unsigned to, double score)
{
    ScoredMember* member = leaf.members()[from];
    if (from < to) {
        copy_entries(leaf, from + 1, leaf, from, to - from);
    } else {
        copy_entries(leaf, to, leaf, to + 1, from - to);
    }
    leaf.scores()[to] = score;
    leaf.members()[to] = member;
}

}  // namespace

// Searching

template <class ChildOf>
ScoreTree::Leaf* ScoreTree::descend_by(ChildOf&& child_of, Path& path) const
{
    Node* node = root_;
    path.length = height_;
    for (unsigned depth = 0; depth < height_; ++depth) {
        auto* inner = static_cast<Inner*>(node);
        const unsigned index = child_of(*inner);
        path.steps[depth] = {inner, index};
        node = inner->children[index];
    }
    return static_cast<Leaf*>(node);
}

ScoreTree::Leaf* ScoreTree::descend(const Key& key, Path& path) const
{
    return descend_by([&](const Inner& inner) { return child_for(inner, key); }, path);
}

template <class ChildOf>
const ScoreTree::Leaf* ScoreTree::descend_to_leaf(ChildOf&& child_of) const
{
    const Node* node = root_;
    for (unsigned height = height_; height > 0; --height) {
        const auto* inner = static_cast<const Inner*>(node);
        node = inner->children[child_of(*inner)];
    }
    return static_cast<const Leaf*>(node);
}

template <class ChildOf>
const ScoreTree::Leaf* ScoreTree::descend_counting(ChildOf&& child_of, std::size_t& before) const
{
    return descend_to_leaf([&](const Inner& inner) {
        const unsigned index = child_of(inner);
        for (unsigned i = 0; i < index; ++i) before += inner.counts[i];
        return index;
    });
}

std::size_t ScoreTree::rank(const ScoredMember* member) const
{
    const Key key{member->score(), member->key()};
    std::size_t before = 0;
    const Leaf* leaf =
        descend_counting([&](const Inner& inner) { return child_for(inner, key); }, before);
    return before + position_of(*leaf, member);
}

std::size_t ScoreTree::count_below(double score) const
{
    if (root_ == nullptr) return 0;
    std::size_t before = 0;
    const Leaf* leaf = descend_counting(
        [&](const Inner& inner) { return child_for_lower_bound(inner, score); }, before);
    return before + lower_scores(leaf->scores(), leaf->size, score);
}

std::size_t ScoreTree::count_up_to(double score) const
{
    if (root_ == nullptr) return 0;
    std::size_t before = 0;
    const Leaf* leaf = descend_counting(
        [&](const Inner& inner) { return child_for_upper_bound(inner, score); }, before);
    return before + scores_up_to(leaf->scores(), leaf->size, score);
}

ScoreTree::Iterator ScoreTree::begin() const { return {first_, 0}; }

ScoreTree::Iterator ScoreTree::end() const { return {last_, last_ == nullptr ? 0 : last_->size}; }

ScoreTree::Iterator ScoreTree::at(std::size_t rank) const
{
    if (rank >= size_) return end();
    const Leaf* leaf = descend_to_leaf([&](const Inner& inner) {
        unsigned index = 0;
        while (rank >= inner.counts[index]) rank -= inner.counts[index++];
        return index;
    });
    return {leaf, static_cast<unsigned>(rank)};
}

ScoreTree::Iterator ScoreTree::lower_bound(double score) const
{
    if (root_ == nullptr) return end();
    const Leaf* leaf =
        descend_to_leaf([&](const Inner& inner) { return child_for_lower_bound(inner, score); });
    return Iterator::normal(leaf, lower_scores(leaf->scores(), leaf->size, score));
}

ScoreTree::Iterator ScoreTree::upper_bound(double score) const
{
    if (root_ == nullptr) return end();
    const Leaf* leaf =
        descend_to_leaf([&](const Inner& inner) { return child_for_upper_bound(inner, score); });
    return Iterator::normal(leaf, scores_up_to(leaf->scores(), leaf->size, score));
}

ScoreTree::Iterator ScoreTree::lower_bound(double score, std::string_view member) const
{
    if (root_ == nullptr) return end();
    const Key key{score, member};
    const Leaf* leaf = descend_to_leaf([&](const Inner& inner) { return child_for(inner, key); });
    return Iterator::normal(leaf, entries_before(*leaf, key));
}

// Changing

void ScoreTree::insert(ScoredMember* member)
{
    const Key key{member->score(), member->key()};
    Path path;
    if (root_ == nullptr) root_ = first_ = last_ = make_leaf(kSmallestCapacity);
    Leaf* leaf = descend(key, path);
    unsigned position = entries_before(*leaf, key);
    if (leaf->size == leaf->capacity) {
        // Room may be made at any level: look again rather than follow every case.
        make_room(leaf, position, path);
        leaf = descend(key, path);
        position = entries_before(*leaf, key);
    }
    insert_at(leaf, position, member, path);
}

void ScoreTree::erase(const ScoredMember* member)
{
    Path path;
    Leaf* leaf = descend({member->score(), member->key()}, path);
    erase_at(leaf, position_of(*leaf, member), path);
}

void ScoreTree::erase_first()
{
    Path path;
    Leaf* leaf = descend_by([](const Inner&) { return 0U; }, path);
    erase_at(leaf, 0, path);
}

void ScoreTree::erase_last()
{
    Path path;
    Leaf* leaf = descend_by([](const Inner& inner) { return inner.size - 1; }, path);
    erase_at(leaf, leaf->size - 1, path);
}

void ScoreTree::move(ScoredMember* member, double new_score)
{
    Path path;
    Leaf* leaf = descend({member->score(), member->key()}, path);
    const unsigned from = position_of(*leaf, member);
    const unsigned before = entries_before(*leaf, {new_score, member->key()});

    // The member itself counts as a neighbour: between it and the others is within the leaf.
    const bool above_lower_end = before > 0 || leaf->previous == nullptr ||
                                 leaf->previous->scores()[leaf->previous->size - 1] < new_score;
    const bool below_upper_end =
        before < leaf->size || leaf->next == nullptr || new_score < leaf->next->scores()[0];
    if (above_lower_end && below_upper_end) {
        const unsigned to = before > from ? before - 1 : before;
        rotate(*leaf, from, to, new_score);
        member->set_score(new_score);
        if (from == 0 || to == 0) update_first(slot_of(leaf).score, leaf->members()[0], path);
        return;
    }
    const double old_score = member->score();
    erase_at(leaf, from, path);
    member->set_score(new_score);
    try {
        insert(member);
    } catch (const std::bad_alloc&) {
        member->set_score(old_score);
        insert(member);  // there is room where it was
        throw;
    }
}

void ScoreTree::insert_at(Leaf* leaf, unsigned position, ScoredMember* member, Path& path)
{
    copy_entries(*leaf, position, *leaf, position + 1, leaf->size - position);
    leaf->scores()[position] = member->score();
    leaf->members()[position] = member;
    ++leaf->size;
    ++size_;
    for (unsigned i = 0; i < path.length; ++i) ++path.steps[i].node->counts[path.steps[i].index];
    if (position == 0) update_first(member->score(), member, path);
}

void ScoreTree::erase_at(Leaf* leaf, unsigned position, Path& path)
{
    copy_entries(*leaf, position + 1, *leaf, position, leaf->size - position - 1);
    --leaf->size;
    --size_;
    for (unsigned i = 0; i < path.length; ++i) --path.steps[i].node->counts[path.steps[i].index];

    if (height_ == 0) {
        if (leaf->size == 0) return clear();
        if (leaf->capacity > kSmallestCapacity && leaf->size <= leaf->capacity / 4) {
            try_to_resize_root_leaf(std::max(kSmallestCapacity, leaf->capacity / 2));
        }
        return;
    }
    if (position == 0 && leaf->size > 0) {
        update_first(leaf->scores()[0], leaf->members()[0], path);
    }
    // At either end a leaf may run empty: who takes the lowest one by one moves nothing between
    // leaves.
    const bool at_an_end = leaf == first_ || leaf == last_;
    if (at_an_end ? leaf->size == 0 : leaf->size < kLeafMin)
        refill<Leaf>(path, path.length, kLeafMergeMax);
}

/// Writes down the least entry below the last step of the path, as far up as it is the least.
void ScoreTree::update_first(double score, const ScoredMember* member, const Path& path,
                             unsigned depth)
{
    while (depth-- > 0) {
        const auto [node, index] = path.steps[depth];
        node->scores[index] = score;
        node->members[index] = member;
        if (index != 0) return;
    }
}

void ScoreTree::update_first(double score, const ScoredMember* member, const Path& path)
{
    update_first(score, member, path, path.length);
}

/// Sees to it that the next insert at this position finds room. The path is no longer valid.
void ScoreTree::make_room(Leaf* leaf, unsigned position, Path& path)
{
    if (leaf->capacity < kLeafCapacity) return resize_root_leaf(larger_capacity(leaf->capacity));

    // Ascending inserts leave full leaves behind.
    const bool is_append = leaf->next == nullptr && position == leaf->size;
    if (is_append) return split_leaf(leaf, leaf->size - 1, path);
    if (!share_with_sibling(path)) split_leaf(leaf, leaf->size / 2, path);
}

/// Lets the leaf at the end of the path give entries to a sibling that has much room: leaves stay
/// fuller than splitting alone would leave them.
bool ScoreTree::share_with_sibling(Path& path)
{
    constexpr unsigned kMuchRoomUpTo = kLeafCapacity * 7 / 8;
    if (path.length == 0) return false;
    const auto [parent, index] = path.steps[path.length - 1];
    const auto has_room = [parent = parent](unsigned sibling) {
        return sibling < parent->size && parent->counts[sibling] <= kMuchRoomUpTo;
    };
    unsigned left_index = index;
    if (!has_room(index + 1)) {
        if (index == 0 || !has_room(index - 1)) return false;
        left_index = index - 1;
    }
    auto* left = static_cast<Leaf*>(parent->children[left_index]);
    auto* right = static_cast<Leaf*>(parent->children[left_index + 1]);
    share(*left, *right, (left->size + right->size) / 2);
    put_slot(*parent, left_index, slot_of(left));
    put_slot(*parent, left_index + 1, slot_of(right));
    return true;
}

/// The inner nodes that a split takes, made before anything is changed: memory may run out.
class ScoreTree::SpareNodes
{
public:
    /// For a sibling of the node at the end of the path.
    explicit SpareNodes(const Path& path)
    {
        unsigned depth = path.length;
        while (depth > 0 && path.steps[depth - 1].node->size == kInnerCapacity) {
            nodes_[count_++] = std::make_unique<Inner>();
            --depth;
        }
        if (depth == 0) nodes_[count_++] = std::make_unique<Inner>();  // the root's
    }

    Inner* take()
    {
        assert(count_ > 0);
        return nodes_[--count_].release();
    }

private:
    std::array<std::unique_ptr<Inner>, kMaxHeight + 1> nodes_;
    unsigned count_ = 0;
};

ScoreTree::Inner* ScoreTree::make_inner(SpareNodes& spare)
{
    auto* inner = spare.take();
    inner->size = 0;
    memory_bytes_ += sizeof(Inner);
    return inner;
}

void ScoreTree::split_leaf(Leaf* leaf, unsigned keep, Path& path)
{
    SpareNodes spare{path};
    Leaf* right = make_leaf(kLeafCapacity);
    right->size = leaf->size - keep;
    copy_entries(*leaf, keep, *right, 0, right->size);
    leaf->size = keep;

    right->previous = leaf;
    right->next = leaf->next;
    Leaf*& back = right->next == nullptr ? last_ : right->next->previous;
    back = right;
    leaf->next = right;
    add_sibling(path, path.length, leaf, right, spare);
}

/// Makes known to the node above that the node at this depth gave its upper entries to a sibling.
template <class NodeType>
void ScoreTree::add_sibling(Path& path, unsigned depth, NodeType* node, NodeType* sibling,
                            SpareNodes& spare)
{
    if (depth == 0) {
        Inner* root = make_inner(spare);
        insert_slot(*root, 0, slot_of(node));
        insert_slot(*root, 1, slot_of(sibling));
        root_ = root;
        ++height_;
        return;
    }
    const auto [parent, index] = path.steps[depth - 1];
    put_slot(*parent, index, slot_of(node));
    if (parent->size < kInnerCapacity) return insert_slot(*parent, index + 1, slot_of(sibling));

    const bool is_append = is_last(path, depth);
    const unsigned keep = is_append ? parent->size : parent->size / 2;
    Inner* right = make_inner(spare);
    right->size = parent->size - keep;
    copy_entries(*parent, keep, *right, 0, right->size);
    parent->size = keep;
    if (index < keep && !is_append) {
        insert_slot(*parent, index + 1, slot_of(sibling));
    } else {
        insert_slot(*right, index + 1 - keep, slot_of(sibling));
    }
    add_sibling(path, depth - 1, parent, right, spare);
}

/// The node at this depth has few entries: merges it with a sibling, or evens the two out.
template <class NodeType>
void ScoreTree::refill(Path& path, unsigned depth, unsigned merge_max)
{
    const auto [parent, index] = path.steps[depth - 1];
    auto* node = static_cast<NodeType*>(parent->children[index]);
    if (node->size == 0) {
        dispose(node);
        return remove_child(path, depth - 1, index);
    }
    // The last node of its level may be alone below its parent, and hold few or one.
    if (parent->size == 1) return;
    const unsigned left_index = index == 0 ? 0 : index - 1;
    auto* left = static_cast<NodeType*>(parent->children[left_index]);
    auto* right = static_cast<NodeType*>(parent->children[left_index + 1]);
    const unsigned both = left->size + right->size;
    if (both > merge_max) {
        share(*left, *right, both / 2);
        put_slot(*parent, left_index, slot_of(left));
        put_slot(*parent, left_index + 1, slot_of(right));
        return;
    }
    copy_entries(*right, 0, *left, left->size, right->size);
    left->size = both;
    dispose(right);
    put_slot(*parent, left_index, slot_of(left));
    remove_child(path, depth - 1, left_index + 1);
}

void ScoreTree::remove_child(Path& path, unsigned depth, unsigned index)
{
    Inner* node = path.steps[depth].node;
    copy_entries(*node, index + 1, *node, index, node->size - index - 1);
    --node->size;
    if (depth == 0) {
        // A root with one child is dropped.
        while (height_ > 0 && root_->size == 1) {
            auto* root = static_cast<Inner*>(root_);
            root_ = root->children[0];
            dispose(root);
            --height_;
        }
        return;
    }
    if (index == 0 && node->size > 0) {
        update_first(node->scores[0], node->members[0], path, depth);
    }
    if (node->size < kInnerMin) refill<Inner>(path, depth, kInnerMergeMax);
}

}  // namespace store
