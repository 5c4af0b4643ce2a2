#include <new>
#include <utility>

#include "store/structures/score_tree.h"

namespace store {

using namespace score_tree;

ScoreTree::Leaf* ScoreTree::make_leaf(unsigned capacity)
{
    auto* leaf = new (::operator new(Leaf::bytes(capacity))) Leaf{};
    leaf->capacity = capacity;
    memory_bytes_ += Leaf::bytes(capacity);
    return leaf;
}

/// Takes the leaf out of the chain and frees it.
void ScoreTree::dispose(Leaf* leaf)
{
    Leaf*& to_it = leaf->previous == nullptr ? first_ : leaf->previous->next;
    Leaf*& back_to_it = leaf->next == nullptr ? last_ : leaf->next->previous;
    to_it = leaf->next;
    back_to_it = leaf->previous;
    memory_bytes_ -= Leaf::bytes(leaf->capacity);
    ::operator delete(leaf);
}

void ScoreTree::dispose(Inner* inner)
{
    memory_bytes_ -= sizeof(Inner);
    delete inner;
}

void ScoreTree::resize_root_leaf(unsigned capacity)
{
    auto* old = static_cast<Leaf*>(root_);
    Leaf* leaf = make_leaf(capacity);
    leaf->size = old->size;
    copy_entries(*old, 0, *leaf, 0, old->size);
    dispose(old);
    root_ = first_ = last_ = leaf;
}

/// For a smaller one: if there is no memory for it, it stays as it is.
void ScoreTree::try_to_resize_root_leaf(unsigned capacity) noexcept
{
    try {
        resize_root_leaf(capacity);
    } catch (const std::bad_alloc&) {
    }
}

void ScoreTree::dispose_inner_nodes(Node* node, unsigned height)
{
    if (height == 0) return;
    auto* inner = static_cast<Inner*>(node);
    for (unsigned i = 0; i < inner->size; ++i) {
        dispose_inner_nodes(inner->children[i], height - 1);
    }
    dispose(inner);
}

void ScoreTree::clear()
{
    dispose_inner_nodes(root_, height_);
    while (first_ != nullptr) dispose(first_);
    root_ = nullptr;
    height_ = 0;
    size_ = 0;
}

std::size_t ScoreTree::free_some(std::size_t max)
{
    dispose_inner_nodes(root_, height_);
    root_ = nullptr;
    height_ = 0;
    std::size_t freed = 0;
    while (first_ != nullptr && freed < max) {
        freed += first_->size;
        dispose(first_);
    }
    size_ -= freed;
    return freed;
}

void ScoreTree::swap(ScoreTree& other) noexcept
{
    std::swap(root_, other.root_);
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
    std::swap(memory_bytes_, other.memory_bytes_);
    std::swap(height_, other.height_);
}

}  // namespace store
