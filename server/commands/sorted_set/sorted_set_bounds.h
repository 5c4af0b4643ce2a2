#pragma once

#include <cstdint>
#include <string_view>

#include "store/types/sorted_set.h"

/// The ranges of sorted sets: by rank, by score, by member.
namespace server {
struct Call;
}

namespace server::commands {

/// Ranks, counted from the low end, from `first` up to, but not including, `last`.
struct RankRange
{
    std::size_t first = 0;
    std::size_t last = 0;

    std::size_t size() const { return last - first; }
};

/// LIMIT. A negative offset leaves nothing, unless it counts from the end; a negative count leaves
/// everything.
struct RangeLimit
{
    std::int64_t offset = 0;
    std::int64_t count = -1;
    bool counts_from_end = false;
};

/// Cuts a range, counted from the end where reading starts.
RankRange limit_range(RankRange range, bool reverse, RangeLimit limit);

/// Two indexes of ZRANGE, negative ones from the end.
struct IndexRange
{
    std::int64_t start;
    std::int64_t stop;

    /// The ranks in a set of this size; the indexes of a reverse range count from the high end.
    RankRange ranks(std::size_t size, bool reverse) const;
};

/// Throws if one of them is no integer.
IndexRange parse_index_range(std::string_view start, std::string_view stop);

/// "5", "(5", "-inf" for either end.
struct ScoreRange
{
    double min;
    double max;
    bool min_excluded;
    bool max_excluded;

    RankRange ranks(const store::SortedSet& set) const;
};

/// Throws "min or max is not a float".
ScoreRange parse_score_range(Call& call, std::string_view min, std::string_view max);

/// "-", "+", "[member", "(member" for either end.
class MemberRange
{
public:
    MemberRange(std::string_view min, std::string_view max);

    /// The ranks of what Redis would read. Members are meant to have the same score. Where they do
    /// not, Redis walks from the first one that is within the near bound, skips the offset, and
    /// reads on until one is beyond the far bound; so does this.
    RankRange ranks(const store::SortedSet& set, bool reverse = false, RangeLimit limit = {}) const;

private:
    struct Bound
    {
        enum class Kind : std::uint8_t { Lowest, Highest, Member };

        Kind kind;
        std::string_view member = {};
        bool excluded = false;
    };

    static Bound parse(std::string_view text);
    bool is_empty() const;
    bool passes_min(std::string_view member) const;
    bool passes_max(std::string_view member) const;
    RankRange sorted_ranks(const store::SortedSet& set) const;
    RankRange walked_ranks(const store::SortedSet& set, RangeLimit limit) const;
    RankRange walked_back_ranks(const store::SortedSet& set, RangeLimit limit) const;

    Bound min_;
    Bound max_;
};

/// Throws "min or max not valid string range item".
inline MemberRange parse_member_range(std::string_view min, std::string_view max)
{
    return {min, max};
}

}  // namespace server::commands
