#include <algorithm>
#include <limits>
#include <string>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/counted_keys.h"
#include "server/commands/families.h"
#include "server/commands/find_to_change.h"
#include "server/commands/list/list_pop.h"
#include "server/commands/value_limits.h"

namespace server::commands {

using store::List;

ListEnd next_list_end(Args& args)
{
    if (args.accept("LEFT")) return ListEnd::Front;
    if (args.accept("RIGHT")) return ListEnd::Back;
    throw CommandError{text::kSyntax};
}

ListMove next_list_move(Args& args)
{
    ListMove move;
    move.source = args.next();
    move.destination = args.next();
    move.from = next_list_end(args);
    move.to = next_list_end(args);
    return move;
}

namespace {

void add_moved(Call& call, store::Edit<List>& list, std::string_view element, ListEnd end)
{
    // A number that a listpack has given away counts for nothing in Redis's estimate.
    const std::size_t bytes = store::listpack_integer(element) ? 0 : element.size();
    list->make_room(list_limit(call), bytes, 1);
    list->push(end, element);
    list.changes = 1;
    list.event = end == ListEnd::Front ? "lpush" : "rpush";
}

}  // namespace

bool move_element(Call& call, const ListMove& move)
{
    const auto* source = find_to_change<List>(call.keys, move.source);
    if (source == nullptr) return false;
    const auto moved = source->end(move.from);
    const std::string element{std::string_view{moved}};
    const bool within_one = move.source == move.destination;
    {
        auto destination = call.keys.edit<List>(move.destination);
        if (within_one) destination->pop(move.from);
        add_moved(call, destination, element, move.to);
        destination.is_counted_already = true;  // with what goes from the source
    }
    auto popped = call.keys.edit_existing<List>(move.source);
    if (!within_one) popped->pop(move.from);
    popped->settle(list_limit(call));
    popped.changes = 1;
    popped.event = move.from == ListEnd::Front ? "lpop" : "rpop";
    call.reply.bulk(element);
    return true;
}

ListPop next_list_pop(Args& args)
{
    ListPop pop;
    pop.keys = next_counted_keys(args);
    pop.end = next_list_end(args);
    if (args.accept("COUNT", 1)) {
        pop.count = static_cast<std::size_t>(args.next_integer_in(
            1, std::numeric_limits<std::int64_t>::max(), "ERR count should be greater than 0"));
    }
    args.expect_end();
    return pop;
}

void reply_popped(Call& call, store::Edit<List>& list, ListEnd end, std::size_t count)
{
    const std::size_t size = list->size();
    count = std::min(count, size);
    call.reply.array(count);
    std::size_t left = count;
    list->walk(0, end, [&](std::string_view element) {
        if (left == 0) return false;
        call.reply.bulk(element);
        return --left > 0;
    });
    list->erase(end == ListEnd::Front ? 0 : size - count, count);
    list->settle(list_limit(call));
    list.changes = static_cast<std::int64_t>(count);
    list.event = end == ListEnd::Front ? "lpop" : "rpop";
}

namespace {

/// What is logged of a command that chose the list itself.
std::string_view pop_name(ListEnd end) { return end == ListEnd::Front ? "LPOP" : "RPOP"; }

}  // namespace

bool pop_with_key(Call& call, std::string_view key, ListEnd end, std::size_t count)
{
    auto list = call.keys.edit_existing<List>(key);
    if (!list) return false;
    call.reply.array(2);
    call.reply.bulk(key);
    reply_popped(call, list, end, count);
    call.log_as({pop_name(end), key, ascii::IntegerText{count}});
    return true;
}

bool pop_one_with_key(Call& call, std::string_view key, ListEnd end)
{
    auto list = call.keys.edit_existing<List>(key);
    if (!list) return false;
    call.reply.array(2);
    call.reply.bulk(key);
    const auto element = list->end(end);
    call.reply.bulk(element);
    list->pop(end);
    list->settle(list_limit(call));
    list.changes = 1;
    list.event = end == ListEnd::Front ? "lpop" : "rpop";
    call.log_as({pop_name(end), key});
    return true;
}

namespace {

void lmove(Call& call)
{
    if (!move_element(call, next_list_move(call.args))) call.reply.null();
}

void rpoplpush(Call& call)
{
    const ListMove move{.source = call.args.next(), .destination = call.args.next()};
    if (!move_element(call, move)) call.reply.null();
}

void lmpop(Call& call)
{
    const auto pop = next_list_pop(call.args);
    for (const auto key : pop.keys)
        if (pop_with_key(call, key, pop.end, pop.count)) return;
    call.reply.null_array();
}

constexpr Command kCommands[] = {
    {.name = "LMOVE",
     .syntax = "source destination <LEFT | RIGHT> <LEFT | RIGHT>",
     .summary = "Returns an element after popping it from one list and pushing it to another. "
                "Deletes the list if the last element was moved.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "RW INSERT")},
     .event = "lpop",
     .run = lmove},
    {.name = "RPOPLPUSH",
     .syntax = "source destination",
     .summary = "Returns the last element of a list after removing and pushing it to another "
                "list. Deletes the list if the last element was popped.",
     .since = "1.2.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "RW INSERT")},
     .event = "rpop",
     .run = rpoplpush,
     .deprecated_since = "6.2.0",
     .replaced_by = "`LMOVE` with the `RIGHT` and `LEFT` arguments"},
    {.name = "LMPOP",
     .syntax = "numkeys:integer key [key ...] <LEFT | RIGHT> [COUNT count:integer]",
     .summary = "Returns multiple elements from a list after removing them. Deletes the list if "
                "the last element was popped.",
     .since = "7.0.0",
     .complexity = "O(N+M) where N is the number of provided keys and M is the number of "
                   "elements returned.",
     .group = Group::List,
     .flags = kWrite | kMovableKeys,
     .keys = {counted_keys_at(1, "RW ACCESS DELETE")},
     .event = "lpop",
     .run = lmpop},
};

}  // namespace

std::span<const Command> list_move() { return kCommands; }

}  // namespace server::commands
