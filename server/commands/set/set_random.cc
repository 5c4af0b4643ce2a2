#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/random_count.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "store/types/set_sampling.h"

namespace server::commands {

namespace {

using store::Set;

void reply_members(Call& call, const Set& set)
{
    set.for_each([&](std::string_view member) { call.reply.bulk(member); });
}

void pop_one(Call& call, std::string_view key)
{
    auto set = call.keys.edit_existing<Set>(key);
    if (!set) return call.reply.null();
    set->take_random(call.server.random, [&](std::string_view member) {
        call.reply.bulk(member);
        call.log_as({"SREM", key, member});
    });
    set.changes = 1;
}

void pop_some(Call& call, std::string_view key, std::size_t count)
{
    auto set = call.keys.edit_existing<Set>(key);
    if (!set || count == 0) return call.reply.set(0);
    const std::size_t size = set->size();
    const std::size_t taken = std::min(count, size);
    const bool all = taken == size;
    const auto reply = [&](std::string_view member) {
        call.reply.bulk(member);
        if (!all) call.log_as({"SREM", key, member});
    };
    call.reply.set(taken);
    set.changes = static_cast<std::int64_t>(taken);
    // Where few are left, Redis makes a new set of them, which may be a compact one.
    constexpr std::size_t kFew = 5;
    if (taken / kFew >= size - taken) {
        store::take_all_but(*set, size - taken, call.server.random, set_limits(call), reply);
    } else {
        for (std::size_t i = 0; i < taken; ++i) set->take_random(call.server.random, reply);
    }
    if (all) call.log_as({"DEL", key});
}

void spop(Call& call)
{
    const auto key = call.args.next();
    if (call.args.done()) return pop_one(call, key);
    if (call.args.remaining() > 1) throw CommandError{text::kSyntax};
    const auto count = call.args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(),
                                                 "ERR value is out of range, must be positive");
    pop_some(call, key, static_cast<std::size_t>(count));
}

/// SRANDMEMBER with a negative count: members that may repeat.
void reply_draws(Call& call, const Set& set, std::uint64_t count)
{
    call.reply.array(count);
    const ReplyLimit limit{call.reply};
    for (std::uint64_t i = 0; i < count; ++i) {
        limit.check();
        set.random(call.server.random, [&](std::string_view member) { call.reply.bulk(member); });
    }
}

void srandmember(Call& call)
{
    const auto key = call.args.next();
    if (call.args.done()) {
        const auto* set = call.keys.find<Set>(key);
        if (set == nullptr) return call.reply.null();
        return set->random(call.server.random,
                           [&](std::string_view member) { call.reply.bulk(member); });
    }
    if (call.args.remaining() > 1) throw CommandError{text::kSyntax};
    const RandomCount count = next_random_count(call.args);
    const auto* set = call.keys.find<Set>(key);
    if (set == nullptr || count.number == 0) return call.reply.array(0);
    if (count.may_repeat) return reply_draws(call, *set, count.number);

    const std::size_t drawn = std::min<std::size_t>(count.number, set->size());
    call.reply.array(drawn);
    if (drawn == set->size()) return reply_members(call, *set);
    store::sample(*set, drawn, call.server.random,
                  [&](std::string_view member) { call.reply.bulk(member); });
}

constexpr Command kCommands[] = {
    {.name = "SPOP",
     .syntax = "key [count:integer]",
     .summary = "Returns one or more random members from a set after removing them. Deletes the "
                "set if the last member was popped.",
     .since = "1.0.0",
     .complexity = "Without the count argument O(1), otherwise O(N) where N is the value of the "
                   "passed count.",
     .group = Group::Set,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "spop",
     .run = spop,
     .tips = "nondeterministic_output"},
    {.name = "SRANDMEMBER",
     .syntax = "key [count:integer]",
     .summary = "Get one or multiple random members from a set",
     .since = "1.0.0",
     .complexity = "Without the count argument O(1), otherwise O(N) where N is the absolute value "
                   "of the passed count.",
     .group = Group::Set,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = srandmember,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> set_random() { return kCommands; }

}  // namespace server::commands
