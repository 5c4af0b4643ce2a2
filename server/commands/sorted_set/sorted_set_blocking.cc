#include <limits>

#include "server/catalogue/command.h"
#include "server/commands/counted_keys.h"
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
    const auto deadline = next_timeout(call.args, call.keys.clock());
    const auto keys = next_counted_keys(call.args);
    const PopEnd end = next_pop_end(call.args);
    std::int64_t count = 1;
    if (call.args.accept("COUNT", 1)) {
        count = call.args.next_integer_in(1, std::numeric_limits<std::int64_t>::max(),
                                          "ERR count should be greater than 0");
    }
    call.args.expect_end();
    const auto serve = [&](std::string_view key) {
        if (!holds_members(call, key)) return false;
        pop_with_key(call, key, end, static_cast<std::size_t>(count));
        return true;
    };
    serve_or_wait(call, keys, store::kTypeOf<store::SortedSet>, deadline, serve,
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
