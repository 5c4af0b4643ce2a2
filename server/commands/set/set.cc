#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/find_to_change.h"
#include "server/commands/scan_options.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

void sadd(Call& call)
{
    auto set = call.keys.edit<store::Set>(call.args.next());
    const auto members = call.args.rest();
    const auto limits = set_limits(call);
    set->expect(members.front(), members.size(), limits);
    for (const auto member : members) set.changes += set->add(member, limits);
    call.reply.integer(set.changes);
}

void srem(Call& call)
{
    auto set = call.keys.edit_existing<store::Set>(call.args.next());
    if (!set) return call.reply.integer(0);
    const auto members = call.args.rest();
    if (members.size() == 1) set.removed = members[0];
    for (const auto member : members) set.changes += set->erase(member);
    call.reply.integer(set.changes);
}

void smove(Call& call)
{
    const auto source = call.args.next();
    const auto destination = call.args.next();
    const auto member = call.args.next();
    const auto* from = find_to_change<store::Set>(call.keys, source);
    if (from == nullptr) return call.reply.integer(0);
    if (call.keys.holds(destination)) call.keys.require_type<store::Set>(destination);
    if (source == destination) return call.reply.integer(from->contains(member));

    {
        auto set = call.keys.edit_existing<store::Set>(source);
        set.event = "srem";
        set.changes = set->erase(member);
        if (set.changes == 0) return call.reply.integer(0);
    }
    auto set = call.keys.edit<store::Set>(destination);
    const auto limits = set_limits(call);
    if (set.was_made()) set->expect(member, 1, limits);
    set.changes = set->add(member, limits);
    call.reply.integer(1);
}

void smembers(Call& call)
{
    const auto* set = call.keys.find<store::Set>(call.args.next());
    if (set == nullptr) return call.reply.set(0);
    call.reply.set(set->size());
    set->for_each([&](std::string_view member) { call.reply.bulk(member); });
}

void sismember(Call& call)
{
    const auto* set = call.keys.find<store::Set>(call.args.next());
    call.reply.integer(set != nullptr && set->contains(call.args.next()));
}

void smismember(Call& call)
{
    const auto* set = call.keys.find<store::Set>(call.args.next());
    const auto members = call.args.rest();
    call.reply.array(members.size());
    for (const auto member : members) {
        call.reply.integer(set != nullptr && set->contains(member));
    }
}

void scard(Call& call)
{
    const auto* set = call.keys.find<store::Set>(call.args.next());
    call.reply.integer(set == nullptr ? 0 : static_cast<std::int64_t>(set->size()));
}

void sscan(Call& call)
{
    const auto key = call.args.next();
    const auto cursor = next_cursor(call);
    const auto* set = call.keys.find<store::Set>(key);
    if (set == nullptr) return reply_scan(call, 0, {});  // as Redis, without a look at the options
    const auto options = next_scan_options(call.args);
    scan_container(call, *set, cursor, options, [&](auto& matches, std::string_view member) {
        if (options.wants(member)) matches.emplace_back(member);
    });
}

constexpr Command kCommands[] = {
    {.name = "SADD",
     .syntax = "key member [member ...]",
     .summary = "Adds one or more members to a set. Creates the key if it doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1) for each element added, so O(N) to add N elements when the command is "
                   "called with multiple arguments.",
     .group = Group::Set,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "sadd",
     .run = sadd},
    {.name = "SREM",
     .syntax = "key member [member ...]",
     .summary = "Removes one or more members from a set. Deletes the set if the last member was "
                "removed.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of members to be removed.",
     .group = Group::Set,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW DELETE")},
     .event = "srem",
     .run = srem},
    {.name = "SMOVE",
     .syntax = "source destination member",
     .summary = "Moves a member from one set to another.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Set,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "RW INSERT")},
     .event = "sadd",
     .run = smove},
    {.name = "SMEMBERS",
     .syntax = "key",
     .summary = "Returns all members of a set.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the set cardinality.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = smembers,
     .tips = "nondeterministic_output_order"},
    {.name = "SISMEMBER",
     .syntax = "key member",
     .summary = "Determines whether a member belongs to a set.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Set,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = sismember},
    {.name = "SMISMEMBER",
     .syntax = "key member [member ...]",
     .summary = "Determines whether multiple members belong to a set.",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of elements being checked for membership",
     .group = Group::Set,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = smismember},
    {.name = "SCARD",
     .syntax = "key",
     .summary = "Returns the number of members in a set.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Set,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = scard},
    {.name = "SSCAN",
     .syntax = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
     .summary = "Iterates over members of a set.",
     .since = "2.8.0",
     .complexity = "O(1) for every call. O(N) for a complete iteration, including enough command "
                   "calls for the cursor to return back to 0. N is the number of elements inside "
                   "the collection.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = sscan,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> set() { return kCommands; }

}  // namespace server::commands
