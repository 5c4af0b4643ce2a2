#include <cmath>
#include <utility>
#include <vector>

#include "protocol/number_format.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/find_to_change.h"
#include "server/commands/scan_options.h"
#include "server/commands/sorted_set/sorted_set_put.h"
#include "server/commands/sorted_set/sorted_set_reply.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::SortedSet;

const SortedSet* find_sorted_set(Call& call) { return call.keys.find<SortedSet>(call.args.next()); }

/// ZADD's options, up to the first score.
PutOptions next_put_options(Args& args, bool& increment)
{
    PutOptions options;
    while (true) {
        if (args.accept("NX")) {
            options.only_new = true;
        } else if (args.accept("XX")) {
            options.only_existing = true;
        } else if (args.accept("GT")) {
            options.only_greater = true;
        } else if (args.accept("LT")) {
            options.only_less = true;
        } else if (args.accept("CH")) {
            options.count_changed = true;
        } else if (args.accept("INCR")) {
            increment = true;
        } else {
            return options;
        }
    }
}

void check_put_options(const PutOptions& options, bool increment, std::size_t arguments_left)
{
    if (arguments_left == 0 || arguments_left % 2 != 0) throw CommandError{text::kSyntax};
    if (options.only_new && options.only_existing)
        throw CommandError{"ERR XX and NX options at the same time are not compatible"};
    if (options.only_greater + options.only_less + options.only_new > 1)
        throw CommandError{"ERR GT, LT, and/or NX options at the same time are not compatible"};
    if (increment && arguments_left > 2)
        throw CommandError{"ERR INCR option supports a single increment-element pair"};
}

/// Adds to a member's score. Nothing if the options forbid it.
std::optional<double> increment_score(Call& call, std::string_view key, const PutOptions& options,
                                      std::string_view member, double by)
{
    const auto* before = find_to_change<SortedSet>(call.keys, key);
    const auto current = before == nullptr ? std::nullopt : before->score(member);
    if (current ? options.only_new : options.only_existing) return std::nullopt;
    const double score = current ? *current + by : by;  // -0 stays, where there is no 0 to add to
    if (std::isnan(score)) throw store::Error{store::Reason::NotANumber};
    if (!options.allow(current, score)) return std::nullopt;

    auto set = call.keys.edit<SortedSet>(key);
    set.event = "zincr";
    const auto limits = sorted_set_limits(call);
    set->expect(member, 1, limits);
    set.changes += set->put(member, score, limits) != SortedSet::PutResult::Unchanged;
    return score;
}

void zadd(Call& call)
{
    const auto key = call.args.next();
    bool increment = false;
    const PutOptions options = next_put_options(call.args, increment);
    check_put_options(options, increment, call.args.remaining());
    std::vector<std::pair<std::string_view, double>> items;
    items.reserve(call.args.remaining() / 2);
    while (!call.args.done()) {
        const double score = call.args.next_double();
        items.emplace_back(call.args.next(), score);
    }

    if (increment) {
        const auto& [member, by] = items.front();
        return reply_score(call, increment_score(call, key, options, member, by));
    }
    call.reply.integer(put_items(call, key, options, items));
}

void zincrby(Call& call)
{
    const auto key = call.args.next();
    // Redis reads ZADD's options here, too, and then misses the pair of score and member.
    bool increment = true;
    const PutOptions options = next_put_options(call.args, increment);
    check_put_options(options, increment, call.args.remaining());
    const double by = call.args.next_double();
    reply_score(call, increment_score(call, key, options, call.args.next(), by));
}

void zrem(Call& call)
{
    auto set = call.keys.edit_existing<SortedSet>(call.args.next());
    if (!set) return call.reply.integer(0);
    for (const auto member : call.args.rest()) set.changes += set->erase(member);
    call.reply.integer(set.changes);
}

void zcard(Call& call)
{
    const auto* set = find_sorted_set(call);
    call.reply.integer(set == nullptr ? 0 : static_cast<std::int64_t>(set->size()));
}

void zscore(Call& call)
{
    const auto* set = find_sorted_set(call);
    reply_score(call, set == nullptr ? std::nullopt : set->score(call.args.next()));
}

void zmscore(Call& call)
{
    const auto* set = find_sorted_set(call);
    const auto members = call.args.rest();
    call.reply.array(members.size());
    for (const auto member : members)
        reply_score(call, set == nullptr ? std::nullopt : set->score(member));
}

void zscan(Call& call)
{
    const auto key = call.args.next();
    const auto cursor = next_cursor(call);
    const auto* set = call.keys.find<SortedSet>(key);
    if (set == nullptr) return reply_scan(call, 0, {});  // as Redis, without a look at the options
    const auto options = next_scan_options(call.args);
    scan_container(call, *set, cursor, options, [&](auto& matches, const SortedSet::Item& item) {
        if (!options.wants(item.member)) return;
        matches.emplace_back(item.member);
        matches.push_back(protocol::format_double(item.score));
    });
}

constexpr Command kCommands[] = {
    {.name = "ZADD",
     .syntax = "key [NX | XX] [GT | LT] [CH] [INCR] score:double member [score:double member ...]",
     .summary = "Adds one or more members to a sorted set, or updates their scores. Creates the "
                "key if it doesn't exist.",
     .since = "1.2.0",
     .complexity = "O(log(N)) for each item added, where N is the number of elements in the sorted "
                   "set.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "zadd",
     .run = zadd},
    {.name = "ZINCRBY",
     .syntax = "key increment:integer member",
     .summary = "Increments the score of a member in a sorted set.",
     .since = "1.2.0",
     .complexity = "O(log(N)) where N is the number of elements in the sorted set.",
     .group = Group::SortedSet,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "zincr",
     .run = zincrby},
    {.name = "ZREM",
     .syntax = "key member [member ...]",
     .summary = "Removes one or more members from a sorted set. Deletes the sorted set if all "
                "members were removed.",
     .since = "1.2.0",
     .complexity = "O(M*log(N)) with N being the number of elements in the sorted set and M the "
                   "number of elements to be removed.",
     .group = Group::SortedSet,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW DELETE")},
     .event = "zrem",
     .run = zrem},
    {.name = "ZCARD",
     .syntax = "key",
     .summary = "Returns the number of members in a sorted set.",
     .since = "1.2.0",
     .complexity = "O(1)",
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = zcard},
    {.name = "ZSCORE",
     .syntax = "key member",
     .summary = "Returns the score of a member in a sorted set.",
     .since = "1.2.0",
     .complexity = "O(1)",
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zscore},
    {.name = "ZMSCORE",
     .syntax = "key member [member ...]",
     .summary = "Returns the score of one or more members in a sorted set.",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of members being requested.",
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zmscore},
    {.name = "ZSCAN",
     .syntax = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
     .summary = "Iterates over members and scores of a sorted set.",
     .since = "2.8.0",
     .complexity = "O(1) for every call. O(N) for a complete iteration, including enough command "
                   "calls for the cursor to return back to 0. N is the number of elements inside "
                   "the collection.",
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zscan,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> sorted_set() { return kCommands; }

}  // namespace server::commands
