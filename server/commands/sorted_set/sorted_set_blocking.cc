#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/sorted_set/sorted_set_pop.h"
#include "server/commands/waiting.h"

namespace server::commands {

namespace {

bool holds_members(Call& call, std::string_view key)
{
    return call.keys.find<store::SortedSet>(key) != nullptr;
}

template <PopEnd end>
void bzpop(Call& call)
{
    const auto keys = call.args.next_many(call.args.remaining() - 1);
    const auto deadline = next_timeout(call.args, call.keys.clock());
    const auto serve = [&](std::string_view key) {
        if (!holds_members(call, key)) return false;
        pop_one_with_key(call, key, end);
        return true;
    };
    serve_or_wait(call, keys, store::kTypeOf<store::SortedSet>, deadline, serve,
                  [&] { call.reply.null_array(); });
}

void bzmpop(Call& call)
{
    const std::string_view timeout = call.args.next();
    const auto pop = next_sorted_set_pop(call.args);
    const auto deadline = deadline_after(timeout, call.keys.clock());
    const auto serve = [&](std::string_view key) {
        if (!holds_members(call, key)) return false;
        pop_with_key(call, key, pop.end, pop.count);
        return true;
    };
    serve_or_wait(call, pop.keys, store::kTypeOf<store::SortedSet>, deadline, serve,
                  [&] { call.reply.null_array(); });
}

constexpr Command kCommands[] = {
    {.name = "BZPOPMIN",
     .syntax = "key [key ...] timeout:integer",
     .summary = "Removes and returns the member with the lowest score from one or more sorted "
                "sets. Blocks until a member is available otherwise. Deletes the sorted set if "
                "the last element was popped.",
     .since = "5.0.0",
     .complexity = "O(log(N)) with N being the number of elements in the sorted set.",
     .group = Group::SortedSet,
     .flags = kWrite | kBlocking | kFast,
     .keys = {keys_before_last(1, "RW ACCESS DELETE")},
     .event = "zpopmin",
     .run = bzpop<PopEnd::Lowest>},
    {.name = "BZPOPMAX",
     .syntax = "key [key ...] timeout:integer",
     .summary = "Removes and returns the member with the highest score from one or more sorted "
                "sets. Blocks until a member available otherwise.  Deletes the sorted set if the "
                "last element was popped.",
     .since = "5.0.0",
     .complexity = "O(log(N)) with N being the number of elements in the sorted set.",
     .group = Group::SortedSet,
     .flags = kWrite | kBlocking | kFast,
     .keys = {keys_before_last(1, "RW ACCESS DELETE")},
     .event = "zpopmax",
     .run = bzpop<PopEnd::Highest>},
    {.name = "BZMPOP",
     .syntax = "timeout:integer numkeys:integer key [key ...] <MIN | MAX> [COUNT count:integer]",
     .summary = "Removes and returns a member by score from one or more sorted sets. Blocks "
                "until a member is available otherwise. Deletes the sorted set if the last "
                "element was popped.",
     .since = "7.0.0",
     .complexity = "O(K) + O(M*log(N)) where K is the number of provided keys, N being the "
                   "number of elements in the sorted set, and M being the number of elements "
                   "popped.",
     .group = Group::SortedSet,
     .flags = kWrite | kBlocking | kMovableKeys,
     .keys = {counted_keys_at(2, "RW ACCESS DELETE")},
     .event = "zpopmin",
     .run = bzmpop},
};

}  // namespace

std::span<const Command> sorted_set_blocking() { return kCommands; }

}  // namespace server::commands
