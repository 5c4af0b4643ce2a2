#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/sorted_set/sorted_set_bounds.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::SortedSet;

// What lies in a range, counted or removed.

void count_ranks(Call& call, std::string_view key, auto&& ranks_of)
{
    const auto* set = call.keys.find<SortedSet>(key);
    call.reply.integer(set == nullptr ? 0 : static_cast<std::int64_t>(ranks_of(*set).size()));
}

void remove_ranks(Call& call, std::string_view key, auto&& ranks_of)
{
    auto set = call.keys.edit_existing<SortedSet>(key);
    if (!set) return call.reply.integer(0);
    const RankRange range = ranks_of(*set);
    set.changes = static_cast<std::int64_t>(range.size());
    if (range.size() > 0) set->erase_ranks(range.first, range.last);
    call.reply.integer(set.changes);
}

/// The range is read before the key is looked at.
template <auto parse>
auto next_range(Args& args)
{
    const auto min = args.next();
    return parse(min, args.next());
}

ScoreRange next_score_range(Call& call)
{
    const auto min = call.args.next();
    return parse_score_range(call, min, call.args.next());
}

void zcount(Call& call)
{
    const auto key = call.args.next();
    const auto range = next_score_range(call);
    count_ranks(call, key, [&](const SortedSet& set) { return range.ranks(set); });
}

void zlexcount(Call& call)
{
    const auto key = call.args.next();
    const auto range = next_range<parse_member_range>(call.args);
    count_ranks(call, key, [&](const SortedSet& set) { return range.ranks(set); });
}

void zremrangebyrank(Call& call)
{
    const auto key = call.args.next();
    const auto range = next_range<parse_index_range>(call.args);
    remove_ranks(call, key, [&](const SortedSet& set) { return range.ranks(set.size(), false); });
}

void zremrangebyscore(Call& call)
{
    const auto key = call.args.next();
    const auto range = next_score_range(call);
    remove_ranks(call, key, [&](const SortedSet& set) { return range.ranks(set); });
}

void zremrangebylex(Call& call)
{
    const auto key = call.args.next();
    const auto range = next_range<parse_member_range>(call.args);
    remove_ranks(call, key, [&](const SortedSet& set) { return range.ranks(set); });
}

constexpr std::string_view kCountComplexity =
    "O(log(N)) with N being the number of elements in the sorted set.";
constexpr std::string_view kRemoveComplexity =
    "O(log(N)+M) with N being the number of elements in the sorted set and M the number of "
    "elements removed by the operation.";

constexpr Command kCommands[] = {
    {.name = "ZCOUNT",
     .syntax = "key min:double max:double",
     .summary = "Returns the count of members in a sorted set that have scores within a range.",
     .since = "2.0.0",
     .complexity = kCountComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zcount},
    {.name = "ZLEXCOUNT",
     .syntax = "key min max",
     .summary = "Returns the number of members in a sorted set within a lexicographical range.",
     .since = "2.8.9",
     .complexity = kCountComplexity,
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zlexcount},
    {.name = "ZREMRANGEBYRANK",
     .syntax = "key start:integer stop:integer",
     .summary = "Removes members in a sorted set within a range of indexes. Deletes the sorted set "
                "if all members were removed.",
     .since = "2.0.0",
     .complexity = kRemoveComplexity,
     .group = Group::SortedSet,
     .flags = kWrite,
     .keys = {key_at(1, "RW DELETE")},
     .event = "zremrangebyrank",
     .run = zremrangebyrank},
    {.name = "ZREMRANGEBYSCORE",
     .syntax = "key min:double max:double",
     .summary = "Removes members in a sorted set within a range of scores. Deletes the sorted set "
                "if all members were removed.",
     .since = "1.2.0",
     .complexity = kRemoveComplexity,
     .group = Group::SortedSet,
     .flags = kWrite,
     .keys = {key_at(1, "RW DELETE")},
     .event = "zremrangebyscore",
     .run = zremrangebyscore},
    {.name = "ZREMRANGEBYLEX",
     .syntax = "key min max",
     .summary = "Removes members in a sorted set within a lexicographical range. Deletes the "
                "sorted set if all members were removed.",
     .since = "2.8.9",
     .complexity = kRemoveComplexity,
     .group = Group::SortedSet,
     .flags = kWrite,
     .keys = {key_at(1, "RW DELETE")},
     .event = "zremrangebylex",
     .run = zremrangebylex},
};

}  // namespace

std::span<const Command> sorted_set_count() { return kCommands; }

}  // namespace server::commands
