#include "store/types/sorted_set.h"

#include <algorithm>
#include <new>
#include <numeric>
#include <utility>
#include <vector>

#include "store/structures/prefetch.h"
#include "store/structures/sized_bytes.h"

namespace store {

SortedSet::SortedSet() = default;
SortedSet::SortedSet(SortedSet&&) noexcept = default;
SortedSet::~SortedSet() { clear(); }

SortedSet& SortedSet::operator=(SortedSet&& other) noexcept
{
    if (this != &other) {
        clear();
        table_ = std::move(other.table_);
        tree_ = std::move(other.tree_);
        encoding_ = std::exchange(other.encoding_, Encoding::Compact);
        hidden_ = std::move(other.hidden_);
    }
    return *this;
}

SortedSet SortedSet::clone() const
{
    // In order, so that the copy's leaves are full.
    SortedSet copy;
    copy.encoding_ = encoding_;
    copy.table_.reserve(size());
    for (const Item item : *this) copy.add(item.member, hash_bytes(item.member), item.score);
    return copy;
}

SortedSet SortedSet::of(std::span<const Item> items, const Limits& limits)
{
    SortedSet made;
    const bool fits = items.size() <= limits.members &&
                      std::all_of(items.begin(), items.end(), [&](const Item& item) {
                          return item.member.size() <= limits.member_bytes;
                      });
    made.encoding_ = fits ? Encoding::Compact : Encoding::Large;
    made.table_.reserve(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        constexpr std::size_t kAhead = 8;
        if (i + kAhead < items.size()) store::prefetch(items[i + kAhead].member.data());
        const auto& [member, score] = items[i];
        made.add(member, hash_bytes(member), fits ? score + 0.0 : score);
    }
    return made;
}

SortedSet::PutResult SortedSet::put(std::string_view member, double score, const Limits& limits)
{
    const std::uint64_t hash = hash_bytes(member);
    ScoredMember* const present = table_.find(member, hash);
    if (present == nullptr && (size() >= limits.members || member.size() > limits.member_bytes))
        encoding_ = Encoding::Large;
    if (encoding_ == Encoding::Compact) score += 0.0;  // -0 becomes 0
    if (present == nullptr) {
        add(member, hash, score);
        return PutResult::Added;
    }
    if (present->score() == score) return PutResult::Unchanged;
    tree_.move(present, score);
    if (hidden_ != nullptr)
        for (const auto& hidden : *hidden_)
            if (hidden->members.contains(member)) hidden->members.put(member, score);
    return PutResult::Updated;
}

void SortedSet::add(std::string_view member, std::uint64_t hash, double score)
{
    ScoredMember* added = ScoredMember::make(member, score);
    table_.insert_or_destroy(added, hash);
    try {
        tree_.insert(added);
    } catch (const std::bad_alloc&) {
        ScoredMember::destroy(table_.take(member, hash));
        throw;
    }
}

void SortedSet::expect(std::string_view first, std::size_t count, const Limits& limits)
{
    if (count > limits.members || (empty() && first.size() > limits.member_bytes))
        encoding_ = Encoding::Large;
}

void SortedSet::take(const ScoredMember* member)
{
    tree_.erase(member);
    take_from_table(member);
}

/// What the tree has given up.
void SortedSet::take_from_table(const ScoredMember* member)
{
    show_everywhere(member->key());
    ScoredMember::destroy(table_.take(member->key()));
}

void SortedSet::erase_ranks(std::size_t first, std::size_t last)
{
    if (first == 0 && last >= size()) return clear();
    // Any change moves what an iterator points to: collected first.
    std::vector<const ScoredMember*> members;
    members.reserve(last - first);
    auto position = tree_.at(first);
    for (std::size_t i = first; i < last; ++i, ++position) members.push_back(position.member());
    for (const ScoredMember* member : members) take(member);
}

bool SortedSet::erase(std::string_view member)
{
    show_everywhere(member);
    ScoredMember* present = table_.take(member);
    if (present == nullptr) return false;
    tree_.erase(present);
    ScoredMember::destroy(present);
    return true;
}

void SortedSet::clear()
{
    // The table does not look at its elements when it is cleared.
    table_.for_each([](ScoredMember* member) { ScoredMember::destroy(member); });
    table_.clear();
    tree_.clear();
    hidden_.reset();
}

std::size_t SortedSet::free_some(std::size_t max)
{
    if (hidden_ != nullptr) {
        for (const auto& hidden : *hidden_)
            if (const std::size_t freed = hidden->members.free_some(max)) return freed;
        hidden_.reset();
    }
    // The tree first: it does not look at the members when it is freed.
    if (const std::size_t freed = tree_.free_some(max)) return freed;
    return table_.drain(max, [](ScoredMember* member) { ScoredMember::destroy(member); });
}

std::optional<std::size_t> SortedSet::rank(std::string_view member) const
{
    const ScoredMember* present = table_.find(member);
    if (present == nullptr) return std::nullopt;
    return tree_.rank(present);
}

SortedSet::Item SortedSet::random(Random& random) const { return *at(random.below(size())); }

SortedSet::Hidden* SortedSet::hidden_as(std::string_view name) const
{
    if (hidden_ == nullptr) return nullptr;
    const auto its = [&](const auto& hidden) { return hidden->name == name; };
    const auto found = std::ranges::find_if(*hidden_, its);
    return found == hidden_->end() ? nullptr : found->get();
}

/// nullptr if there are too many names.
SortedSet::Hidden* SortedSet::place_for_hidden(std::string_view name)
{
    if (Hidden* const hidden = hidden_as(name)) return hidden;
    if (hidden_ == nullptr) hidden_ = std::make_unique<AllHidden>();
    if (hidden_->size() < kMaxHiddenNames) {
        hidden_->push_back(std::make_unique<Hidden>());
        hidden_->back()->name = name;
        return hidden_->back().get();
    }
    const auto is_empty = [](const auto& hidden) { return hidden->members.empty(); };
    const auto unused = std::ranges::find_if(*hidden_, is_empty);
    if (unused == hidden_->end()) return nullptr;
    (*unused)->name = name;
    return unused->get();
}

bool SortedSet::hide(std::string_view name, std::string_view member)
{
    Hidden* const hidden = place_for_hidden(name);
    if (hidden == nullptr) return false;
    hidden->members.put(member, *score(member));
    return true;
}

void SortedSet::show(std::string_view name, std::string_view member)
{
    if (Hidden* const hidden = hidden_as(name)) hidden->members.erase(member);
}

void SortedSet::show_everywhere(std::string_view member)
{
    if (hidden_ == nullptr) return;
    for (const auto& hidden : *hidden_) hidden->members.erase(member);
}

std::size_t SortedSet::index_bytes() const
{
    const std::size_t bytes = table_.memory_bytes() + tree_.memory_bytes();
    if (hidden_ == nullptr) return bytes;
    return std::accumulate(hidden_->begin(), hidden_->end(), bytes,
                           [](std::size_t sum, const auto& hidden) {
                               return sum + sizeof(Hidden) + hidden->members.memory_bytes();
                           });
}

bool SortedSet::check_hidden() const
{
    for (const auto& hidden : *hidden_) {
        if (!hidden->members.check()) return false;
        for (const Item item : hidden->members)
            if (score(item.member) != item.score) return false;
    }
    return true;
}

bool SortedSet::check() const
{
    if (hidden_ != nullptr && !check_hidden()) return false;
    if (!table_.check() || !tree_.check() || table_.size() != tree_.size()) return false;
    for (auto position = tree_.begin(); !position.at_end(); ++position) {
        if (table_.find(position.member()->key()) != position.member()) return false;
    }
    return true;
}

std::size_t SortedSet::memory_bytes() const
{
    std::size_t bytes = index_bytes();
    table_.for_each([&](const ScoredMember* member) {
        bytes += sizeof(double) + sized_bytes_size(member->key().size());
    });
    return bytes;
}

}  // namespace store
