#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "store/types/set.h"
#include "store/types/sorted_set.h"

/// What several sorted sets have in common, have together, or one has alone, with scores that are
/// brought together by Redis's rules.
namespace store {

/// A sorted set, or a set whose members all have the score 1, that takes part with a weight; or,
/// without either, a key that is missing. Must not be changed while it takes part.
struct ScoredSource
{
    const SortedSet* sorted_set = nullptr;
    const Set* set = nullptr;
    double weight = 1;

    std::size_t size() const;
    std::optional<double> score(std::string_view member, std::uint64_t hash) const;
};

using ScoredSources = std::span<const ScoredSource>;

enum class Aggregate : std::uint8_t { Sum, Min, Max };

/// Members with the scores they came to, in the order of (score, member). The views are into the
/// sources, or into this.
class CombinedMembers
{
public:
    std::span<const SortedSet::Item> items() const { return items_; }

private:
    friend class Combiner;

    std::vector<SortedSet::Item> items_;
    std::deque<std::array<char, 20>> digits_;  ///< of members of sets of integers
};

// Each REQUIRES that there is a source. Sums that are not a number (inf - inf, 0 * inf) are 0.
// Sources are taken smallest first, as in Redis: with doubles it makes a difference.

CombinedMembers unite(ScoredSources sources, Aggregate aggregate);
CombinedMembers intersect(ScoredSources sources, Aggregate aggregate);

/// Members of the first source that no other has.
CombinedMembers subtract(ScoredSources sources);

/// How many members all have, counted up to a limit; 0: no limit.
std::size_t count_common(ScoredSources sources, std::size_t limit);

}  // namespace store
