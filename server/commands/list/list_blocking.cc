#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/list/list_pop.h"
#include "server/commands/waiting.h"

namespace server::commands {

namespace {

using End = ListEnd;

template <End end>
void bpop(Call& call)
{
    const auto keys = call.args.next_many(call.args.remaining() - 1);
    const auto deadline = next_timeout(call.args, call.keys.clock());
    serve_or_wait(
        call, keys, store::kTypeOf<store::List>, deadline,
        [&](std::string_view key) { return pop_one_with_key(call, key, end); },
        [&] { call.reply.null_array(); });
}

std::string_view name_of(End end) { return end == End::Front ? "LEFT" : "RIGHT"; }

void move_or_wait(Call& call, const ListMove& move, std::optional<store::Deadline> deadline)
{
    // As Redis: no element at once, but no array after a wait.
    const auto give_up = [&] {
        if (call.wake.reason == Wake::Reason::FirstRun) return call.reply.null();
        call.reply.null_array();
    };
    serve_or_wait(
        call, std::span{&move.source, 1}, store::kTypeOf<store::List>, deadline,
        [&](std::string_view) {
            if (!move_element(call, move)) return false;
            call.log_as(
                {"LMOVE", move.source, move.destination, name_of(move.from), name_of(move.to)});
            return true;
        },
        give_up);
}

void blmove(Call& call)
{
    const auto move = next_list_move(call.args);
    move_or_wait(call, move, next_timeout(call.args, call.keys.clock()));
}

void brpoplpush(Call& call)
{
    const ListMove move{.source = call.args.next(), .destination = call.args.next()};
    move_or_wait(call, move, next_timeout(call.args, call.keys.clock()));
}

void blmpop(Call& call)
{
    const std::string_view timeout = call.args.next();
    const auto pop = next_list_pop(call.args);
    const auto deadline = deadline_after(timeout, call.keys.clock());
    serve_or_wait(
        call, pop.keys, store::kTypeOf<store::List>, deadline,
        [&](std::string_view key) { return pop_with_key(call, key, pop.end, pop.count); },
        [&] { call.reply.null_array(); });
}

constexpr Command kCommands[] = {
    {.name = "BLPOP",
     .syntax = "key [key ...] timeout:integer",
     .summary = "Removes and returns the first element in a list. Blocks until an element is "
                "available otherwise. Deletes the list if the last element was popped.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of provided keys.",
     .group = Group::List,
     .flags = kWrite | kBlocking,
     .keys = {keys_before_last(1, "RW ACCESS DELETE")},
     .event = "lpop",
     .run = bpop<End::Front>},
    {.name = "BRPOP",
     .syntax = "key [key ...] timeout:integer",
     .summary = "Removes and returns the last element in a list. Blocks until an element is "
                "available otherwise. Deletes the list if the last element was popped.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of provided keys.",
     .group = Group::List,
     .flags = kWrite | kBlocking,
     .keys = {keys_before_last(1, "RW ACCESS DELETE")},
     .event = "rpop",
     .run = bpop<End::Back>},
    {.name = "BLMOVE",
     .syntax = "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout:integer",
     .summary = "Pops an element from a list, pushes it to another list and returns it. Blocks "
                "until an element is available otherwise. Deletes the list if the last element "
                "was moved.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kBlocking,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "RW INSERT")},
     .event = "lpop",
     .run = blmove},
    {.name = "BRPOPLPUSH",
     .syntax = "source destination timeout:integer",
     .summary = "Pops an element from a list, pushes it to another list and returns it. Block "
                "until an element is available otherwise. Deletes the list if the last element "
                "was popped.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kBlocking,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "RW INSERT")},
     .event = "rpop",
     .run = brpoplpush,
     .deprecated_since = "6.2.0",
     .replaced_by = "`BLMOVE` with the `RIGHT` and `LEFT` arguments"},
    {.name = "BLMPOP",
     .syntax = "timeout:integer numkeys:integer key [key ...] <LEFT | RIGHT> [COUNT count:integer]",
     .summary = "Pops the first element from one of multiple lists. Blocks until an element is "
                "available otherwise. Deletes the list if the last element was popped.",
     .since = "7.0.0",
     .complexity = "O(N+M) where N is the number of provided keys and M is the number of "
                   "elements returned.",
     .group = Group::List,
     .flags = kWrite | kBlocking | kMovableKeys,
     .keys = {counted_keys_at(2, "RW ACCESS DELETE")},
     .event = "lpop",
     .run = blmpop},
};

}  // namespace

std::span<const Command> list_blocking() { return kCommands; }

}  // namespace server::commands
