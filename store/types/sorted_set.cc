#include "store/types/sorted_set.h"

#include <utility>

namespace store {

SortedSet& SortedSet::operator=(SortedSet&& other) noexcept
{
    if (this != &other) {
        clear();
        table_ = std::move(other.table_);
        tree_ = std::move(other.tree_);
    }
    return *this;
}

SortedSet SortedSet::clone() const
{
    // In order, so that the copy's leaves are full.
    SortedSet copy;
    for (const Item item : *this) copy.put(item.member, item.score);
    return copy;
}

SortedSet::PutResult SortedSet::put(std::string_view member, double score)
{
    score += 0.0;  // -0 becomes 0, as in Redis's compact form of small sets
    const std::uint64_t hash = hash_bytes(member);
    if (ScoredMember* present = table_.find(member, hash)) {
        if (present->score() == score) return PutResult::Unchanged;
        tree_.move(present, score);
        return PutResult::Updated;
    }
    ScoredMember* added = ScoredMember::make(member, score);
    table_.insert(added, hash);
    tree_.insert(added);
    return PutResult::Added;
}

bool SortedSet::erase(std::string_view member)
{
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
}

std::size_t SortedSet::free_some(std::size_t most)
{
    // The tree first: it does not look at the members when it is freed.
    if (const std::size_t freed = tree_.free_some(most)) return freed;
    return table_.drain(most, [](ScoredMember* member) { ScoredMember::destroy(member); });
}

std::optional<double> SortedSet::score(std::string_view member) const
{
    const ScoredMember* present = table_.find(member);
    if (present == nullptr) return std::nullopt;
    return present->score();
}

std::optional<std::size_t> SortedSet::rank(std::string_view member) const
{
    const ScoredMember* present = table_.find(member);
    if (present == nullptr) return std::nullopt;
    return tree_.rank(present);
}

SortedSet::Item SortedSet::random(Random& random) const { return *at(random.below(size())); }

bool SortedSet::check() const
{
    if (!table_.check() || !tree_.check() || table_.size() != tree_.size()) return false;
    for (auto position = tree_.begin(); !position.at_end(); ++position) {
        if (table_.find(position.member()->key()) != position.member()) return false;
    }
    return true;
}

}  // namespace store
