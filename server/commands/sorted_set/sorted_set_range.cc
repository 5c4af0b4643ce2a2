#include <optional>
#include <utility>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/sorted_set/sorted_set_bounds.h"
#include "server/commands/sorted_set/sorted_set_reply.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

using store::SortedSet;

enum class Unit : std::uint8_t { Free, Rank, Score, Member };
enum class Direction : std::uint8_t { Free, Forward, Reverse };
enum class Result : std::uint8_t { Replied, Stored };

/// ZRANGE's options; those that the command's name says are not taken.
struct RangeOptions
{
    Unit by;
    Direction direction;
    bool with_scores = false;
    RangeLimit limit;

    bool reverse() const { return direction == Direction::Reverse; }
};

RangeOptions next_range_options(Args& args, Unit by, Direction direction, Result result)
{
    RangeOptions options{.by = by, .direction = direction};
    while (!args.done()) {
        if (result == Result::Replied && args.accept("WITHSCORES")) {
            options.with_scores = true;
        } else if (args.accept("LIMIT", 2)) {
            options.limit.offset = args.next_integer();
            options.limit.count = args.next_integer();
        } else if (options.direction == Direction::Free && args.accept("REV")) {
            options.direction = Direction::Reverse;
        } else if (options.by == Unit::Free && args.accept("BYSCORE")) {
            options.by = Unit::Score;
        } else if (options.by == Unit::Free && args.accept("BYLEX")) {
            options.by = Unit::Member;
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    if (options.by == Unit::Free) options.by = Unit::Rank;
    if (options.limit.count != -1 && options.by == Unit::Rank) {
        throw CommandError{
            "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or "
            "BYLEX"};
    }
    if (options.with_scores && options.by == Unit::Member)
        throw CommandError{"ERR syntax error, WITHSCORES not supported in combination with BYLEX"};
    return options;
}

/// LIMIT as it is meant for this set.
RangeLimit limit_of(const Call& call, const RangeOptions& options, const SortedSet& set)
{
    RangeLimit limit = options.limit;
    limit.counts_from_end = set.encoding() != SortedSet::Encoding::Compact &&
                            call.server.dialect.has(Difference::OffsetsFromEnd);
    return limit;
}

/// Reads both ends, and then says which ranks of the set at the key lie between them, LIMIT
/// included. The key is looked at last: what is wrong with the words comes first.
std::pair<const SortedSet*, RankRange> find_range(Call& call, std::string_view key,
                                                  std::string_view start, std::string_view stop,
                                                  const RangeOptions& options)
{
    const bool reverse = options.reverse();
    const auto find = [&](auto&& ranks_of) -> std::pair<const SortedSet*, RankRange> {
        const auto* set = call.keys.find<SortedSet>(key);
        if (set == nullptr) return {nullptr, {}};
        return {set, ranks_of(*set)};
    };
    if (options.by == Unit::Rank) {
        const IndexRange range = parse_index_range(start, stop);
        return find([&](const SortedSet& set) { return range.ranks(set.size(), reverse); });
    }
    if (reverse) std::swap(start, stop);
    if (options.by == Unit::Score) {
        const ScoreRange range = parse_score_range(call, start, stop);
        return find([&](const SortedSet& set) {
            return limit_range(range.ranks(set), reverse, limit_of(call, options, set));
        });
    }
    const MemberRange range = parse_member_range(start, stop);
    return find([&](const SortedSet& set) {
        return range.ranks(set, reverse, limit_of(call, options, set));
    });
}

void reply_range(Call& call, const SortedSet& set, RankRange range, const RangeOptions& options)
{
    MembersReply reply{call, range.size(), options.with_scores};
    if (range.size() == 0) return;
    auto position = set.at(options.reverse() ? range.last - 1 : range.first);
    for (std::size_t left = range.size(); left > 0; --left) {
        reply.add(position.member(), position.score());
        if (left == 1) break;
        if (options.reverse())
            --position;
        else
            ++position;
    }
}

void store_range(Call& call, std::string_view destination, const SortedSet* set, RankRange range)
{
    const auto limits = sorted_set_limits(call);
    SortedSet result;
    if (range.size() > 0) {
        result.expect({}, range.size(), limits);
        auto position = set->at(range.first);
        for (std::size_t left = range.size(); left > 0; --left, ++position)
            result.put(position.member(), position.score(), limits);
    }
    call.reply.integer(static_cast<std::int64_t>(result.size()));
    call.keys.put(destination, std::move(result));
}

/// ZRANGE and its older relatives, whose names say by what, or in which direction.
template <Unit by = Unit::Free, Direction direction = Direction::Free>
void zrange(Call& call)
{
    const auto key = call.args.next();
    const auto start = call.args.next();
    const auto stop = call.args.next();
    const auto options = next_range_options(call.args, by, direction, Result::Replied);
    const auto [set, range] = find_range(call, key, start, stop, options);
    if (set == nullptr) return call.reply.array(0);
    reply_range(call, *set, range, options);
}

void zrangestore(Call& call)
{
    const auto destination = call.args.next();
    const auto key = call.args.next();
    const auto start = call.args.next();
    const auto stop = call.args.next();
    const auto options = next_range_options(call.args, Unit::Free, Direction::Free, Result::Stored);
    const auto [set, range] = find_range(call, key, start, stop, options);
    store_range(call, destination, set, range);
}

constexpr std::string_view kRangeComplexity =
    "O(log(N)+M) with N being the number of elements in the sorted set and M the number of "
    "elements returned.";
constexpr std::string_view kLimitComplexity =
    "O(log(N)+M) with N being the number of elements in the sorted set and M the number of "
    "elements being returned. If M is constant (e.g. always asking for the first 10 elements with "
    "LIMIT), you can consider it O(log(N)).";

constexpr Command kCommands[] = {
    {.name = "ZRANGE",
     .syntax =
         "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset:integer count:integer] [WITHSCORES]",
     .summary = "Returns members in a sorted set within a range of indexes.",
     .since = "1.2.0",
     .complexity = kRangeComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<>},
    {.name = "ZRANGESTORE",
     .syntax = "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset:integer count:integer]",
     .summary = "Stores a range of members from sorted set in a key.",
     .since = "6.2.0",
     .complexity = "O(log(N)+M) with N being the number of elements in the sorted set and M the "
                   "number of elements stored into the destination key.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE"), key_at(2, "RO ACCESS")},
     .event = "zrangestore",
     .run = zrangestore},
    {.name = "ZRANGEBYSCORE",
     .syntax = "key min:double max:double [WITHSCORES] [LIMIT offset:integer count:integer]",
     .summary = "Returns members in a sorted set within a range of scores.",
     .since = "1.0.5",
     .complexity = kLimitComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<Unit::Score, Direction::Forward>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYSCORE` argument"},
    {.name = "ZRANGEBYLEX",
     .syntax = "key min max [LIMIT offset:integer count:integer]",
     .summary = "Returns members in a sorted set within a lexicographical range.",
     .since = "2.8.9",
     .complexity = kLimitComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<Unit::Member, Direction::Forward>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `BYLEX` argument"},
    {.name = "ZREVRANGE",
     .syntax = "key start:integer stop:integer [WITHSCORES]",
     .summary = "Returns members in a sorted set within a range of indexes in reverse order.",
     .since = "1.2.0",
     .complexity = kRangeComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<Unit::Rank, Direction::Reverse>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` argument"},
    {.name = "ZREVRANGEBYSCORE",
     .syntax = "key max:double min:double [WITHSCORES] [LIMIT offset:integer count:integer]",
     .summary = "Returns members in a sorted set within a range of scores in reverse order.",
     .since = "2.2.0",
     .complexity = kLimitComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<Unit::Score, Direction::Reverse>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYSCORE` arguments"},
    {.name = "ZREVRANGEBYLEX",
     .syntax = "key max min [LIMIT offset:integer count:integer]",
     .summary = "Returns members in a sorted set within a lexicographical range in reverse order.",
     .since = "2.8.9",
     .complexity = kLimitComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrange<Unit::Member, Direction::Reverse>,
     .deprecated_since = "6.2.0",
     .replaced_by = "`ZRANGE` with the `REV` and `BYLEX` arguments"},
};

}  // namespace

std::span<const Command> sorted_set_range() { return kCommands; }

}  // namespace server::commands
