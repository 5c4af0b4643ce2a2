#include "store/types/set_algebra.h"

#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/counted_keys.h"
#include "server/commands/families.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::Set;

/// The sets at the keys, nullptr for what is missing. All are looked at before anything is done:
/// one key of another type is an error, wherever it stands.
std::vector<const Set*> find_sets(Call& call, std::span<const std::string_view> keys)
{
    std::vector<const Set*> sets;
    sets.reserve(keys.size());
    for (const auto key : keys) sets.push_back(call.keys.find<Set>(key));
    return sets;
}

/// Whether no member waits in a table, so that Redis's order of the result can be told.
bool all_compact(store::Sets sets)
{
    return std::all_of(sets.begin(), sets.end(), [](const Set* set) {
        return set == nullptr || set->encoding() != Set::Encoding::Table;
    });
}

// What Redis stores: it begins with integers and goes on as SADD would.

Set union_of(store::Sets sets, const Set::Limits& limits)
{
    Set result;
    for (const Set* set : sets) {
        if (set == nullptr) continue;
        set->for_each([&](std::string_view member) { result.add(member, limits); });
    }
    return result;
}

Set difference_of(store::Sets sets, const Set::Limits& limits)
{
    Set result;
    store::subtract(sets, [&](std::string_view member) { result.add(member, limits); });
    return result;
}

/// Begins in the form of the smallest set.
Set intersection_of(store::Sets sets, const Set::Limits& limits)
{
    const Set* const base = store::smallest(sets);
    if (base == nullptr) return {};
    const bool ints = base->encoding() == Set::Encoding::IntSet;
    Set result{ints ? Set::Encoding::IntSet : Set::Encoding::Packed};
    store::intersect(sets, [&](std::string_view member) {
        result.add(member, limits);
        return true;
    });
    result.become_ints_if_possible(limits);
    return result;
}

void reply_set(Call& call, const Set& set)
{
    call.reply.set(set.size());
    set.for_each([&](std::string_view member) { call.reply.bulk(member); });
}

/// Replies with the members that `visit_all(visit)` visits.
template <class VisitAll>
void reply_visited(Call& call, VisitAll&& visit_all)
{
    const auto start = call.reply.begin();
    std::size_t count = 0;
    visit_all([&](std::string_view member) {
        call.reply.bulk(member);
        ++count;
        return true;
    });
    call.reply.end_set(start, count);
}

void sinter(Call& call)
{
    const auto sets = find_sets(call, call.args.rest());
    reply_visited(call, [&](auto&& visit) { store::intersect(sets, visit); });
}

void sunion(Call& call)
{
    const auto sets = find_sets(call, call.args.rest());
    if (all_compact(sets)) return reply_set(call, union_of(sets, set_limits(call)));
    reply_visited(call, [&](auto&& visit) { store::unite(sets, visit); });
}

void sdiff(Call& call)
{
    const auto sets = find_sets(call, call.args.rest());
    if (all_compact({sets.data(), 1}))
        return reply_set(call, difference_of(sets, set_limits(call)));
    reply_visited(call, [&](auto&& visit) { store::subtract(sets, visit); });
}

template <Set (*combine)(store::Sets, const Set::Limits&)>
void store_combined(Call& call)
{
    const auto destination = call.args.next();
    const auto sets = find_sets(call, call.args.rest());
    Set result = combine(sets, set_limits(call));
    call.reply.integer(static_cast<std::int64_t>(result.size()));
    call.keys.put(destination, std::move(result));
}

void sintercard(Call& call)
{
    const auto keys =
        next_counted_keys(call.args, "ERR Number of keys can't be greater than number of args");
    std::int64_t limit = 0;
    while (!call.args.done()) {
        if (!call.args.accept("LIMIT", 1)) throw CommandError{text::kSyntax};
        limit = call.args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(),
                                          "ERR LIMIT can't be negative");
    }
    std::int64_t count = 0;
    store::intersect(find_sets(call, keys), [&](std::string_view) { return ++count != limit; });
    call.reply.integer(count);
}

constexpr Command kCommands[] = {
    {.name = "SINTER",
     .syntax = "key [key ...]",
     .summary = "Returns the intersect of multiple sets.",
     .since = "1.0.0",
     .complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the "
                   "number of sets.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {keys_from(1, "RO ACCESS")},
     .run = sinter,
     .tips = "nondeterministic_output_order"},
    {.name = "SINTERCARD",
     .syntax = "numkeys:integer key [key ...] [LIMIT limit:integer]",
     .summary = "Returns the number of members of the intersect of multiple sets.",
     .since = "7.0.0",
     .complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the "
                   "number of sets.",
     .group = Group::Set,
     .flags = kReadonly | kMovableKeys,
     .keys = {counted_keys_at(1, "RO ACCESS")},
     .run = sintercard},
    {.name = "SINTERSTORE",
     .syntax = "destination key [key ...]",
     .summary = "Stores the intersect of multiple sets in a key.",
     .since = "1.0.0",
     .complexity = "O(N*M) worst case where N is the cardinality of the smallest set and M is the "
                   "number of sets.",
     .group = Group::Set,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE"), keys_from(2, "RO ACCESS")},
     .event = "sinterstore",
     .run = store_combined<intersection_of>},
    {.name = "SUNION",
     .syntax = "key [key ...]",
     .summary = "Returns the union of multiple sets.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of elements in all given sets.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {keys_from(1, "RO ACCESS")},
     .run = sunion,
     .tips = "nondeterministic_output_order"},
    {.name = "SUNIONSTORE",
     .syntax = "destination key [key ...]",
     .summary = "Stores the union of multiple sets in a key.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of elements in all given sets.",
     .group = Group::Set,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE"), keys_from(2, "RO ACCESS")},
     .event = "sunionstore",
     .run = store_combined<union_of>},
    {.name = "SDIFF",
     .syntax = "key [key ...]",
     .summary = "Returns the difference of multiple sets.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of elements in all given sets.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {keys_from(1, "RO ACCESS")},
     .run = sdiff,
     .tips = "nondeterministic_output_order"},
    {.name = "SDIFFSTORE",
     .syntax = "destination key [key ...]",
     .summary = "Stores the difference of multiple sets in a key.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of elements in all given sets.",
     .group = Group::Set,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE"), keys_from(2, "RO ACCESS")},
     .event = "sdiffstore",
     .run = store_combined<difference_of>},
};

}  // namespace

std::span<const Command> set_algebra() { return kCommands; }

}  // namespace server::commands
