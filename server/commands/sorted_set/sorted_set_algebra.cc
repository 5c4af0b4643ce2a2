#include "store/types/sorted_set_algebra.h"

#include <limits>
#include <vector>

#include "server/catalogue/command.h"
#include "server/catalogue/command_table.h"
#include "server/commands/families.h"
#include "server/commands/sorted_set/sorted_set_reply.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::Aggregate;
using store::CombinedMembers;
using store::ScoredSource;
using store::SortedSet;

enum class Operation : std::uint8_t { Union, Intersection, Difference };

/// A whole request, read but not run.
struct Combination
{
    std::vector<ScoredSource> sources;
    Aggregate aggregate = Aggregate::Sum;
    bool with_scores = false;
};

/// A sorted set or a set; neither if the key is missing.
ScoredSource find_source(Call& call, std::string_view key)
{
    if (call.keys.peek_type(key) == store::kTypeOf<store::Set>)
        return {.set = call.keys.find<store::Set>(key)};
    return {.sorted_set = call.keys.find<SortedSet>(key)};
}

/// `numkeys key [key ...]`. As in Redis, the keys are looked at before the options are read.
std::vector<ScoredSource> next_sources(Call& call)
{
    const std::int64_t number = call.args.next_integer();
    if (number < 1) {
        throw CommandError{"ERR at least 1 input key is needed for '{}' command",
                           full_name(call.command)};
    }
    std::vector<ScoredSource> sources;
    for (const auto key : call.args.next_many(static_cast<std::size_t>(number)))
        sources.push_back(find_source(call, key));
    return sources;
}

Aggregate next_aggregate(Args& args)
{
    if (args.accept("SUM")) return Aggregate::Sum;
    if (args.accept("MIN")) return Aggregate::Min;
    if (args.accept("MAX")) return Aggregate::Max;
    throw CommandError{text::kSyntax};
}

Combination next_combination(Call& call, Operation operation, bool stores)
{
    const bool weighted = operation != Operation::Difference;
    Combination wanted{.sources = next_sources(call)};
    while (!call.args.done()) {
        if (weighted && call.args.accept("WEIGHTS", wanted.sources.size())) {
            for (auto& source : wanted.sources)
                source.weight = call.args.next_double("ERR weight value is not a float");
        } else if (weighted && call.args.accept("AGGREGATE", 1)) {
            wanted.aggregate = next_aggregate(call.args);
        } else if (!stores && call.args.accept("WITHSCORES")) {
            wanted.with_scores = true;
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return wanted;
}

CombinedMembers combine(const Combination& wanted, Operation operation)
{
    switch (operation) {
        case Operation::Union: return store::unite(wanted.sources, wanted.aggregate);
        case Operation::Intersection: return store::intersect(wanted.sources, wanted.aggregate);
        case Operation::Difference: return store::subtract(wanted.sources);
    }
    return {};
}

template <Operation operation>
void reply_combined(Call& call)
{
    const Combination wanted = next_combination(call, operation, false);
    const CombinedMembers result = combine(wanted, operation);
    MembersReply reply{call, result.items().size(), wanted.with_scores};
    for (const auto& [member, score] : result.items()) reply.add(member, score);
}

template <Operation operation>
void store_combined(Call& call)
{
    const auto destination = call.args.next();
    const Combination wanted = next_combination(call, operation, true);
    const CombinedMembers result = combine(wanted, operation);
    call.reply.integer(static_cast<std::int64_t>(result.items().size()));
    call.keys.put(destination, SortedSet::of(result.items(), sorted_set_limits(call)));
}

void zintercard(Call& call)
{
    const auto sources = next_sources(call);
    std::int64_t limit = 0;
    while (!call.args.done()) {
        if (!call.args.accept("LIMIT", 1)) throw CommandError{text::kSyntax};
        limit = call.args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(),
                                          "ERR LIMIT can't be negative");
    }
    call.reply.integer(
        static_cast<std::int64_t>(store::count_common(sources, static_cast<std::size_t>(limit))));
}

constexpr Command kCommands[] = {
    {.name = "ZUNION",
     .syntax = "numkeys:integer key [key ...] [WEIGHTS weight:integer [weight:integer ...]] "
               "[AGGREGATE <SUM | MIN | MAX>] "
               "[WITHSCORES]",
     .summary = "Returns the union of multiple sorted sets.",
     .since = "6.2.0",
     .complexity = "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, "
                   "and M being the number of elements in the resulting sorted set.",
     .group = Group::SortedSet,
     .flags = kReadonly | kMovableKeys,
     .keys = {counted_keys_at(1, "RO ACCESS")},
     .run = reply_combined<Operation::Union>},
    {.name = "ZUNIONSTORE",
     .syntax =
         "destination numkeys:integer key [key ...] [WEIGHTS weight:integer [weight:integer ...]] "
         "[AGGREGATE <SUM | MIN | MAX>]",
     .summary = "Stores the union of multiple sorted sets in a key.",
     .since = "2.0.0",
     .complexity = "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, "
                   "and M being the number of elements in the resulting sorted set.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "OW UPDATE"), counted_keys_at(2, "RO ACCESS")},
     .event = "zunionstore",
     .run = store_combined<Operation::Union>},
    {.name = "ZINTER",
     .syntax = "numkeys:integer key [key ...] [WEIGHTS weight:integer [weight:integer ...]] "
               "[AGGREGATE <SUM | MIN | MAX>] "
               "[WITHSCORES]",
     .summary = "Returns the intersect of multiple sorted sets.",
     .since = "6.2.0",
     .complexity = "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K "
                   "being the number of input sorted sets and M being the number of elements in "
                   "the resulting sorted set.",
     .group = Group::SortedSet,
     .flags = kReadonly | kMovableKeys,
     .keys = {counted_keys_at(1, "RO ACCESS")},
     .run = reply_combined<Operation::Intersection>},
    {.name = "ZINTERSTORE",
     .syntax =
         "destination numkeys:integer key [key ...] [WEIGHTS weight:integer [weight:integer ...]] "
         "[AGGREGATE <SUM | MIN | MAX>]",
     .summary = "Stores the intersect of multiple sorted sets in a key.",
     .since = "2.0.0",
     .complexity = "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K "
                   "being the number of input sorted sets and M being the number of elements in "
                   "the resulting sorted set.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "OW UPDATE"), counted_keys_at(2, "RO ACCESS")},
     .event = "zinterstore",
     .run = store_combined<Operation::Intersection>},
    {.name = "ZINTERCARD",
     .syntax = "numkeys:integer key [key ...] [LIMIT limit:integer]",
     .summary = "Returns the number of members of the intersect of multiple sorted sets.",
     .since = "7.0.0",
     .complexity = "O(N*K) worst case with N being the smallest input sorted set, K being the "
                   "number of input sorted sets.",
     .group = Group::SortedSet,
     .flags = kReadonly | kMovableKeys,
     .keys = {counted_keys_at(1, "RO ACCESS")},
     .run = zintercard},
    {.name = "ZDIFF",
     .syntax = "numkeys:integer key [key ...] [WITHSCORES]",
     .summary = "Returns the difference between multiple sorted sets.",
     .since = "6.2.0",
     .complexity = "O(L + (N-K)log(N)) worst case where L is the total number of elements in all "
                   "the sets, N is the size of the first set, and K is the size of the result set.",
     .group = Group::SortedSet,
     .flags = kReadonly | kMovableKeys,
     .keys = {counted_keys_at(1, "RO ACCESS")},
     .run = reply_combined<Operation::Difference>},
    {.name = "ZDIFFSTORE",
     .syntax = "destination numkeys:integer key [key ...]",
     .summary = "Stores the difference of multiple sorted sets in a key.",
     .since = "6.2.0",
     .complexity = "O(L + (N-K)log(N)) worst case where L is the total number of elements in all "
                   "the sets, N is the size of the first set, and K is the size of the result set.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "OW UPDATE"), counted_keys_at(2, "RO ACCESS")},
     .event = "zdiffstore",
     .run = store_combined<Operation::Difference>},
};

}  // namespace

std::span<const Command> sorted_set_algebra() { return kCommands; }

}  // namespace server::commands
