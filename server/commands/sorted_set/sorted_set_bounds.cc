#include "server/commands/sorted_set/sorted_set_bounds.h"

#include <algorithm>

#include "server/execution/call.h"
#include "server/server.h"
#include "store/number.h"

namespace server::commands {

using store::SortedSet;

RankRange limit_range(RankRange range, bool reverse, RangeLimit limit)
{
    const auto length = static_cast<std::int64_t>(range.size());
    if (limit.offset < 0 && limit.counts_from_end) limit.offset += length;
    if (limit.offset < 0 || limit.offset >= length) return {};
    std::int64_t kept = length - limit.offset;
    if (limit.count >= 0) kept = std::min(kept, limit.count);
    if (reverse) {
        range.last -= static_cast<std::size_t>(limit.offset);
        range.first = range.last - static_cast<std::size_t>(kept);
    } else {
        range.first += static_cast<std::size_t>(limit.offset);
        range.last = range.first + static_cast<std::size_t>(kept);
    }
    return range;
}

// By index

IndexRange parse_index_range(std::string_view start, std::string_view stop)
{
    const std::string_view both[] = {start, stop};
    Args args{both};
    const auto first = args.next_integer();
    return {first, args.next_integer()};
}

RankRange IndexRange::ranks(std::size_t size, bool reverse) const
{
    const auto length = static_cast<std::int64_t>(size);
    const std::int64_t first = std::max<std::int64_t>(0, start < 0 ? start + length : start);
    const std::int64_t last = std::min(length - 1, stop < 0 ? stop + length : stop);
    if (first > last) return {};
    if (reverse)
        return {static_cast<std::size_t>(length - 1 - last),
                static_cast<std::size_t>(length - first)};
    return {static_cast<std::size_t>(first), static_cast<std::size_t>(last + 1)};
}

// By score

namespace {

double parse_score_bound(Call& call, std::string_view text, bool& excluded)
{
    excluded = text.starts_with('(');
    text.remove_prefix(excluded ? 1 : 0);
    const auto score = store::parse_bound(text);
    const bool is_refused =
        call.server.dialect.has(Difference::PlainBounds) && !store::is_plain_number(text);
    if (!score || is_refused) throw CommandError{"ERR min or max is not a float"};
    return *score;
}

}  // namespace

ScoreRange parse_score_range(Call& call, std::string_view min, std::string_view max)
{
    ScoreRange range{};
    range.min = parse_score_bound(call, min, range.min_excluded);
    range.max = parse_score_bound(call, max, range.max_excluded);
    return range;
}

RankRange ScoreRange::ranks(const SortedSet& set) const
{
    const std::size_t first = min_excluded ? set.count_up_to(min) : set.count_below(min);
    const std::size_t last = max_excluded ? set.count_below(max) : set.count_up_to(max);
    return first < last ? RankRange{first, last} : RankRange{};
}

// By member

MemberRange::MemberRange(std::string_view min, std::string_view max)
    : min_(parse(min)), max_(parse(max))
{}

MemberRange::Bound MemberRange::parse(std::string_view text)
{
    const std::string_view word = as_c_string(text);
    if (word == "-") return {Bound::Kind::Lowest};
    if (word == "+") return {Bound::Kind::Highest};
    if (text.starts_with('[') || text.starts_with('('))
        return {Bound::Kind::Member, text.substr(1), text.front() == '('};
    throw CommandError{"ERR min or max not valid string range item"};
}

bool MemberRange::is_empty() const
{
    if (min_.kind == Bound::Kind::Highest || max_.kind == Bound::Kind::Lowest) return true;
    if (min_.kind == Bound::Kind::Lowest || max_.kind == Bound::Kind::Highest) return false;
    return max_.member < min_.member ||
           (max_.member == min_.member && (min_.excluded || max_.excluded));
}

bool MemberRange::passes_min(std::string_view member) const
{
    if (min_.kind == Bound::Kind::Lowest) return true;
    return min_.excluded ? member > min_.member : member >= min_.member;
}

bool MemberRange::passes_max(std::string_view member) const
{
    if (max_.kind == Bound::Kind::Highest) return true;
    return max_.excluded ? member < max_.member : member <= max_.member;
}

RankRange MemberRange::ranks(const SortedSet& set, bool reverse, RangeLimit limit) const
{
    if (set.empty() || is_empty()) return {};
    auto last = set.end();
    --last;
    if (set.begin().score() == last.score()) return limit_range(sorted_ranks(set), reverse, limit);
    // Redis looks at both ends first, as if the members were sorted.
    if (limit.offset < 0 || !passes_min(last.member()) || !passes_max(set.begin().member()))
        return {};
    return reverse ? walked_back_ranks(set, limit) : walked_ranks(set, limit);
}

/// All members have one score: they are in order.
RankRange MemberRange::sorted_ranks(const SortedSet& set) const
{
    const double score = set.begin().score();
    const auto members_before = [&](const Bound& bound, bool count_equal) -> std::size_t {
        if (bound.kind == Bound::Kind::Lowest) return 0;
        if (bound.kind == Bound::Kind::Highest) return set.size();
        const auto position = set.lower_bound(score, bound.member);
        if (position.at_end()) return set.size();
        const bool equal = count_equal && position.member() == bound.member;
        return *set.rank(position.member()) + (equal ? 1 : 0);
    };
    const std::size_t first = members_before(min_, min_.excluded);
    const std::size_t last = members_before(max_, !max_.excluded);
    return first < last ? RankRange{first, last} : RankRange{};
}

RankRange MemberRange::walked_ranks(const SortedSet& set, RangeLimit limit) const
{
    std::size_t first = 0;
    auto position = set.begin();
    while (!position.at_end() && !passes_min(position.member())) ++position, ++first;
    if (position.at_end() || !passes_max(position.member())) return {};
    if (static_cast<std::uint64_t>(limit.offset) >= set.size() - first) return {};
    first += static_cast<std::size_t>(limit.offset);
    position = set.at(first);
    std::size_t last = first;
    auto left = static_cast<std::uint64_t>(limit.count);  // a negative count is a large one
    for (; left > 0 && !position.at_end() && passes_max(position.member()); ++position, --left)
        ++last;
    return {first, last};
}

RankRange MemberRange::walked_back_ranks(const SortedSet& set, RangeLimit limit) const
{
    std::size_t last = set.size();
    while (last > 0 && !passes_max(set.at(last - 1).member())) --last;
    if (last == 0 || !passes_min(set.at(last - 1).member())) return {};
    if (static_cast<std::uint64_t>(limit.offset) >= last) return {};
    last -= static_cast<std::size_t>(limit.offset);
    std::size_t first = last;
    auto left = static_cast<std::uint64_t>(limit.count);
    for (; left > 0 && first > 0 && passes_min(set.at(first - 1).member()); --left) --first;
    return {first, last};
}

}  // namespace server::commands
