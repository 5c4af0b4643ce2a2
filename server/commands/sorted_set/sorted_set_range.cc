#include <algorithm>
#include <optional>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "store/number.h"
#include "store/types/sorted_set.h"

namespace server::commands {

namespace {

using store::SortedSet;

/// Ranks from `first` up to, but not including, `last`.
struct RankRange
{
    std::size_t first = 0;
    std::size_t last = 0;
};

enum class Unit { Rank, Score, Member };

/// ZRANGE's options.
struct RangeOptions
{
    std::optional<Unit> by;
    bool reverse = false;
    bool with_scores = false;
    std::int64_t offset = 0;
    std::int64_t limit = -1;  ///< -1: no limit
};

RangeOptions next_range_options(Args& args)
{
    RangeOptions options;
    while (!args.done()) {
        if (args.accept("WITHSCORES")) {
            options.with_scores = true;
        } else if (args.accept("LIMIT", 2)) {
            options.offset = args.next_integer();
            options.limit = args.next_integer();
        } else if (!options.reverse && args.accept("REV")) {
            options.reverse = true;
        } else if (!options.by && args.accept("BYSCORE")) {
            options.by = Unit::Score;
        } else if (!options.by && args.accept("BYLEX")) {
            options.by = Unit::Member;
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    if (options.limit != -1 && options.by.value_or(Unit::Rank) == Unit::Rank) {
        throw CommandError{
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or "
            "BYLEX"};
    }
    if (options.with_scores && options.by == Unit::Member) {
        throw CommandError{"ERR syntax error, WITHSCORES not supported in combination with BYLEX"};
    }
    return options;
}

/// One end of a range of scores: "5", "(5", "-inf".
struct ScoreBound
{
    double score;
    bool exclusive;
};

ScoreBound parse_score_bound(std::string_view text)
{
    const bool exclusive = text.starts_with('(');
    const auto score = store::parse_double(text.substr(exclusive ? 1 : 0));
    if (!score) throw CommandError{"ERR min or max is not a float"};
    return {*score, exclusive};
}

/// One end of a range of members: "-", "+", "[member", "(member".
struct MemberBound
{
    enum class Kind { Lowest, Highest, Member };

    Kind kind;
    std::string_view member = {};
    bool exclusive = false;
};

MemberBound parse_member_bound(std::string_view text)
{
    if (text == "-") return {MemberBound::Kind::Lowest};
    if (text == "+") return {MemberBound::Kind::Highest};
    if (text.starts_with('[') || text.starts_with('('))
        return {MemberBound::Kind::Member, text.substr(1), text.front() == '('};
    throw CommandError{"ERR min or max not valid string range item"};
}

/// How many members come before the bound. All members are taken to have the same score: Redis,
/// too, answers something undefined otherwise.
std::size_t rank_of(const SortedSet& set, const MemberBound& bound, bool after_equal)
{
    if (bound.kind == MemberBound::Kind::Lowest) return 0;
    if (bound.kind == MemberBound::Kind::Highest) return set.size();
    auto position = set.lower_bound(set.begin().score(), bound.member);
    if (!position.at_end() && after_equal && position.member() == bound.member) ++position;
    return position.at_end() ? set.size() : *set.rank(position.member());
}

/// Both ends of ZRANGE, read as its unit says; which of them is the lower depends on REV.
class Bounds
{
public:
    Bounds(std::string_view start, std::string_view stop, const RangeOptions& options)
        : unit_(options.by.value_or(Unit::Rank)), reverse_(options.reverse)
    {
        if (unit_ == Unit::Rank) {
            start_ = Args{{&start, 1}}.next_integer();
            stop_ = Args{{&stop, 1}}.next_integer();
            return;
        }
        if (reverse_) std::swap(start, stop);
        if (unit_ == Unit::Score) {
            min_score_ = parse_score_bound(start);
            max_score_ = parse_score_bound(stop);
        } else {
            min_member_ = parse_member_bound(start);
            max_member_ = parse_member_bound(stop);
        }
    }

    /// The ranks of `set`, counted from the low end, that lie between the bounds.
    RankRange ranks(const SortedSet& set) const
    {
        switch (unit_) {
            case Unit::Rank: return index_ranks(set.size());
            case Unit::Score:
                return {min_score_.exclusive ? set.count_up_to(min_score_.score)
                                             : set.count_below(min_score_.score),
                        max_score_.exclusive ? set.count_below(max_score_.score)
                                             : set.count_up_to(max_score_.score)};
            case Unit::Member:
                return {rank_of(set, min_member_, min_member_.exclusive),
                        rank_of(set, max_member_, !max_member_.exclusive)};
        }
        return {};
    }

private:
    RankRange index_ranks(std::size_t size) const
    {
        const auto length = static_cast<std::int64_t>(size);
        const std::int64_t start = std::max<std::int64_t>(0, start_ < 0 ? start_ + length : start_);
        const std::int64_t stop = std::min(length - 1, stop_ < 0 ? stop_ + length : stop_);
        if (start > stop) return {};
        if (reverse_)
            return {static_cast<std::size_t>(length - 1 - stop),
                    static_cast<std::size_t>(length - start)};
        return {static_cast<std::size_t>(start), static_cast<std::size_t>(stop + 1)};
    }

    Unit unit_;
    bool reverse_;
    std::int64_t start_ = 0;
    std::int64_t stop_ = 0;
    ScoreBound min_score_{};
    ScoreBound max_score_{};
    MemberBound min_member_{};
    MemberBound max_member_{};
};

/// Cuts a range to LIMIT's offset and length, counted from the end where reading starts.
RankRange limit(RankRange range, const RangeOptions& options)
{
    if (range.first >= range.last || options.offset < 0) return {};
    const auto length = static_cast<std::int64_t>(range.last - range.first);
    if (options.offset >= length) return {};
    std::int64_t kept = length - options.offset;
    if (options.limit >= 0) kept = std::min(kept, options.limit);
    if (options.reverse)
        range.last -= static_cast<std::size_t>(options.offset);
    else
        range.first += static_cast<std::size_t>(options.offset);
    if (options.reverse)
        range.first = range.last - static_cast<std::size_t>(kept);
    else
        range.last = range.first + static_cast<std::size_t>(kept);
    return range;
}

void reply_range(Call& call, const SortedSet& set, RankRange range, const RangeOptions& options)
{
    const std::size_t count = range.last - range.first;
    const bool pairs = options.with_scores && call.reply.version() == protocol::Version::Resp3;
    call.reply.array(options.with_scores && !pairs ? 2 * count : count);
    if (count == 0) return;
    auto position = set.at(options.reverse ? range.last - 1 : range.first);
    for (std::size_t left = count; left > 0; --left) {
        if (pairs) call.reply.array(2);
        call.reply.bulk(position.member());
        if (options.with_scores) call.reply.number(position.score());
        if (left == 1) break;
        if (options.reverse)
            --position;
        else
            ++position;
    }
}

void zrange(Call& call)
{
    const auto key = call.args.next();
    const auto start = call.args.next();
    const auto stop = call.args.next();
    const RangeOptions options = next_range_options(call.args);
    const Bounds bounds{start, stop, options};

    const auto* set = call.keys.find<SortedSet>(key);
    if (set == nullptr) return call.reply.array(0);
    reply_range(call, *set, limit(bounds.ranks(*set), options), options);
}

constexpr Command kCommands[] = {
    {.name = "ZRANGE",
     .syntax = "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]",
     .summary = "Returns members in a sorted set within a range of indexes.",
     .since = "1.2.0",
     .complexity = "O(log(N)+M) with N being the number of elements in the sorted set and M the "
                   "number of elements returned.",
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange},
};

}  // namespace

std::span<const Command> sorted_set_range() { return kCommands; }

}  // namespace server::commands
