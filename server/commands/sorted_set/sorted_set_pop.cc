#include "server/commands/sorted_set/sorted_set_pop.h"

#include <algorithm>
#include <limits>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/counted_keys.h"
#include "server/commands/families.h"
#include "server/commands/find_to_change.h"

namespace server::commands {

using store::SortedSet;

namespace {

PopEnd next_pop_end(Args& args)
{
    if (args.accept("MIN")) return PopEnd::Lowest;
    if (args.accept("MAX")) return PopEnd::Highest;
    throw CommandError{text::kSyntax};
}

/// What is logged of a command that chose the sorted set itself.
std::string_view pop_name(PopEnd end) { return end == PopEnd::Lowest ? "ZPOPMIN" : "ZPOPMAX"; }

}  // namespace

SortedSetPop next_sorted_set_pop(Args& args)
{
    SortedSetPop pop;
    pop.keys = next_counted_keys(args);
    pop.end = next_pop_end(args);
    if (args.accept("COUNT", 1)) {
        pop.count = static_cast<std::size_t>(args.next_integer_in(
            1, std::numeric_limits<std::int64_t>::max(), "ERR count should be greater than 0"));
    }
    args.expect_end();
    return pop;
}

std::optional<std::string_view> first_sorted_set(Call& call, std::span<const std::string_view> keys)
{
    for (const auto key : keys) {
        if (find_to_change<SortedSet>(call.keys, key) != nullptr) return key;
    }
    return std::nullopt;
}

void pop_with_key(Call& call, std::string_view key, PopEnd end, std::size_t count)
{
    const std::size_t size = call.keys.find<SortedSet>(key)->size();
    call.reply.array(2);
    call.reply.bulk(key);
    call.reply.array(std::min(count, size));
    pop_members(call, key, end, count, [&](std::string_view member, double score) {
        call.reply.array(2);
        call.reply.bulk(member);
        call.reply.number(score);
    });
    call.log_as({pop_name(end), key, ascii::IntegerText{count}});
}

void pop_one_with_key(Call& call, std::string_view key, PopEnd end)
{
    call.reply.array(3);
    call.reply.bulk(key);
    pop_members(call, key, end, 1, [&](std::string_view member, double score) {
        call.reply.bulk(member);
        call.reply.number(score);
    });
    call.log_as({pop_name(end), key});
}

namespace {

/// Pairs only in RESP3, and only if a count was given.
template <PopEnd end>
void zpop(Call& call)
{
    const auto key = call.args.next();
    const bool counted = !call.args.done();
    if (call.args.remaining() > 1) throw CommandError{text::kSyntax};
    std::size_t count = 1;
    if (counted) {
        count = static_cast<std::size_t>(
            call.args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(),
                                      "ERR value is out of range, must be positive"));
    }
    const auto* set = find_to_change<SortedSet>(call.keys, key);
    if (set == nullptr || count == 0) return call.reply.array(0);

    const std::size_t popped = std::min(count, set->size());
    const bool pairs = counted && call.reply.version() == protocol::Version::Resp3;
    call.reply.array(pairs ? popped : 2 * popped);
    pop_members(call, key, end, popped, [&](std::string_view member, double score) {
        if (pairs) call.reply.array(2);
        call.reply.bulk(member);
        call.reply.number(score);
    });
}

void zmpop(Call& call)
{
    const auto pop = next_sorted_set_pop(call.args);
    const auto key = first_sorted_set(call, pop.keys);
    if (!key) return call.reply.null_array();
    pop_with_key(call, *key, pop.end, pop.count);
}

constexpr std::string_view kPopComplexity =
    "O(log(N)*M) with N being the number of elements in the sorted set, and M being the number of "
    "elements popped.";

constexpr Command kCommands[] = {
    {.name = "ZPOPMIN",
     .syntax = "key [count:integer]",
     .summary = "Returns the lowest-scoring members from a sorted set after removing them. Deletes "
                "the sorted set if the last member was popped.",
     .since = "5.0.0",
     .complexity = kPopComplexity,
     .group = Group::SortedSet,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "zpopmin",
     .run = zpop<PopEnd::Lowest>},
    {.name = "ZPOPMAX",
     .syntax = "key [count:integer]",
     .summary = "Returns the highest-scoring members from a sorted set after removing them. "
                "Deletes the sorted set if the last member was popped.",
     .since = "5.0.0",
     .complexity = kPopComplexity,
     .group = Group::SortedSet,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "zpopmax",
     .run = zpop<PopEnd::Highest>},
    {.name = "ZMPOP",
     .syntax = "numkeys:integer key [key ...] <MIN | MAX> [COUNT count:integer]",
     .summary = "Returns the highest- or lowest-scoring members from one or more sorted sets after "
                "removing them. Deletes the sorted set if the last member was popped.",
     .since = "7.0.0",
     .complexity = "O(K) + O(M*log(N)) where K is the number of provided keys, N being the number "
                   "of elements in the sorted set, and M being the number of elements popped.",
     .group = Group::SortedSet,
     .flags = kWrite | kMovableKeys,
     .keys = {counted_keys_at(1, "RW ACCESS DELETE")},
     .event = "zpopmin",  // or zpopmax
     .run = zmpop},
};

}  // namespace

std::span<const Command> sorted_set_pop() { return kCommands; }

}  // namespace server::commands
