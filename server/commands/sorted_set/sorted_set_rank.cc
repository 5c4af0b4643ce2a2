#include <limits>
#include <unordered_set>

#include "server/catalogue/command.h"
#include "server/catalogue/command_table.h"
#include "server/commands/families.h"
#include "server/commands/random_count.h"
#include "server/commands/sorted_set/sorted_set_reply.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

using store::SortedSet;

template <bool reverse>
void zrank(Call& call)
{
    const auto key = call.args.next();
    const auto member = call.args.next();
    if (call.args.remaining() > 1) {
        throw CommandError{"ERR wrong number of arguments for '{}' command",
                           full_name(call.command)};
    }
    const bool with_score = call.args.accept("WITHSCORE");
    call.args.expect_end();

    const auto* set = call.keys.find<SortedSet>(key);
    const auto rank = set == nullptr ? std::nullopt : set->rank(member);
    if (!rank) return with_score ? call.reply.null_array() : call.reply.null();
    if (with_score) call.reply.array(2);
    call.reply.integer(static_cast<std::int64_t>(reverse ? set->size() - 1 - *rank : *rank));
    if (with_score) call.reply.number(*set->score(member));
}

/// Calls visit(Item) for `count` different members; each choice has the same chance.
/// REQUIRES: count <= size.
template <class Visit>
void sample(const SortedSet& set, std::size_t count, store::Random& random, Visit&& visit)
{
    if (count < set.size() / 3) {
        std::unordered_set<std::size_t> ranks;
        while (ranks.size() < count) {
            const auto rank = static_cast<std::size_t>(random.below(set.size()));
            if (ranks.insert(rank).second) visit(*set.at(rank));
        }
        return;
    }
    std::size_t left = set.size();
    for (auto at = set.begin(); count > 0; ++at, --left) {
        if (random.below(left) >= count) continue;
        --count;
        visit(*at);
    }
}

/// Reads WITHSCORES, the last word there may be. Redis counts scores as elements, too.
bool next_with_scores(Args& args, std::uint64_t count)
{
    if (args.done()) return false;
    if (args.remaining() > 1 || !args.accept("WITHSCORES")) throw CommandError{text::kSyntax};
    if (count > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 2))
        throw CommandError{"ERR value is out of range"};
    return true;
}

void zrandmember(Call& call)
{
    const auto key = call.args.next();
    store::Random& random = call.server.random;
    if (call.args.done()) {
        const auto* set = call.keys.find<SortedSet>(key);
        if (set == nullptr) return call.reply.null();
        return call.reply.bulk(set->random(random).member);
    }
    const RandomCount count = next_random_count(call.args);
    const bool with_scores = next_with_scores(call.args, count.number);
    const auto* set = call.keys.find<SortedSet>(key);
    if (set == nullptr || count.number == 0) return call.reply.array(0);
    if (count.may_repeat) {
        const ReplyLimit limit{call.reply};
        MembersReply reply{call, count.number, with_scores};
        for (std::uint64_t i = 0; i < count.number; ++i) {
            limit.check();
            const auto [member, score] = set->random(random);
            reply.add(member, score);
        }
        return;
    }
    const std::size_t drawn = std::min<std::size_t>(count.number, set->size());
    MembersReply reply{call, drawn, with_scores};
    sample(*set, drawn, random,
           [&](const SortedSet::Item& item) { reply.add(item.member, item.score); });
}

constexpr Command kCommands[] = {
    {.name = "ZRANK",
     .syntax = "key member [WITHSCORE]",
     .summary = "Returns the index of a member in a sorted set ordered by ascending scores.",
     .since = "2.0.0",
     .complexity = "O(log(N))",
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrank<false>},
    {.name = "ZREVRANK",
     .syntax = "key member [WITHSCORE]",
     .summary = "Returns the index of a member in a sorted set ordered by descending scores.",
     .since = "2.0.0",
     .complexity = "O(log(N))",
     .group = Group::SortedSet,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrank<true>},
    {.name = "ZRANDMEMBER",
     .syntax = "key [count:integer [WITHSCORES]]",
     .summary = "Returns one or more random members from a sorted set.",
     .since = "6.2.0",
     .complexity = "O(N) where N is the number of members returned",
     .group = Group::SortedSet,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = zrandmember,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> sorted_set_rank() { return kCommands; }

}  // namespace server::commands
