#include <limits>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/list/list_index.h"
#include "server/commands/list/list_pop.h"
#include "server/commands/value_limits.h"

namespace server::commands {

namespace {

using store::List;
using End = List::End;

void reply_size(Call& call, const List& list)
{
    call.reply.integer(static_cast<std::int64_t>(list.size()));
}

void push_all(Call& call, store::Edit<List>& list, End end)
{
    const auto elements = call.args.rest();
    std::size_t bytes = 0;
    for (const auto element : elements) bytes += element.size();
    list->make_room(list_limit(call), bytes, elements.size());
    for (const auto element : elements) {
        list->push(end, element);
        ++list.changes;
    }
    reply_size(call, *list);
}

template <End end>
void push(Call& call)
{
    auto list = call.keys.edit<List>(call.args.next());
    push_all(call, list, end);
}

template <End end>
void push_existing(Call& call)
{
    auto list = call.keys.edit_existing<List>(call.args.next());
    if (!list) return call.reply.integer(0);
    push_all(call, list, end);
}

template <End end>
void pop(Call& call)
{
    const auto key = call.args.next();
    if (call.args.remaining() > 1) throw wrong_number_of_arguments(call.command);
    if (call.args.done()) {
        auto list = call.keys.edit_existing<List>(key);
        if (!list) return call.reply.null();
        const auto element = list->end(end);
        call.reply.bulk(element);
        list->pop(end);
        list->settle(list_limit(call));
        list.changes = 1;
        return;
    }
    const auto count = call.args.next_integer_in(0, std::numeric_limits<std::int64_t>::max(),
                                                 "ERR value is out of range, must be positive");
    auto list = call.keys.edit_existing<List>(key);
    if (!list) return call.reply.null_array();
    reply_popped(call, list, end, static_cast<std::size_t>(count));
}

void llen(Call& call)
{
    const auto* list = call.keys.find<List>(call.args.next());
    if (list == nullptr) return call.reply.integer(0);
    reply_size(call, *list);
}

void lrange(Call& call)
{
    const auto key = call.args.next();
    const auto start = call.args.next_integer();
    const auto stop = call.args.next_integer();
    const auto* list = call.keys.find<List>(key);
    if (list == nullptr) return call.reply.array(0);

    const auto [first, count] = span_of(start, stop, list->size());
    call.reply.array(count);
    std::size_t left = count;
    if (left == 0) return;
    list->walk(first, End::Front, [&](std::string_view element) {
        call.reply.bulk(element);
        return --left > 0;
    });
}

void lindex(Call& call)
{
    const auto* list = call.keys.find<List>(call.args.next());
    if (list == nullptr) return call.reply.null();
    const auto index = index_of(call.args.next_integer(), list->size());
    if (!index) return call.reply.null();
    const auto element = list->at(*index);
    call.reply.bulk(element);
}

constexpr Command kCommands[] = {
    {.name = "LPUSH",
     .syntax = "key element [element ...]",
     .summary = "Prepends one or more elements to a list. Creates the key if it doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1) for each element added, so O(N) to add N elements when the command is "
                   "called with multiple arguments.",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "lpush",
     .run = push<End::Front>},
    {.name = "RPUSH",
     .syntax = "key element [element ...]",
     .summary = "Appends one or more elements to a list. Creates the key if it doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1) for each element added, so O(N) to add N elements when the command is "
                   "called with multiple arguments.",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "rpush",
     .run = push<End::Back>},
    {.name = "LPUSHX",
     .syntax = "key element [element ...]",
     .summary = "Prepends one or more elements to a list only when the list exists.",
     .since = "2.2.0",
     .complexity = "O(1) for each element added, so O(N) to add N elements when the command is "
                   "called with multiple arguments.",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "lpush",
     .run = push_existing<End::Front>},
    {.name = "RPUSHX",
     .syntax = "key element [element ...]",
     .summary = "Appends an element to a list only when the list exists.",
     .since = "2.2.0",
     .complexity = "O(1) for each element added, so O(N) to add N elements when the command is "
                   "called with multiple arguments.",
     .group = Group::List,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "rpush",
     .run = push_existing<End::Back>},
    {.name = "LPOP",
     .syntax = "key [count:integer]",
     .summary = "Returns the first elements in a list after removing it. Deletes the list if the "
                "last element was popped.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements returned",
     .group = Group::List,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "lpop",
     .run = pop<End::Front>},
    {.name = "RPOP",
     .syntax = "key [count:integer]",
     .summary = "Returns and removes the last elements of a list. Deletes the list if the last "
                "element was popped.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements returned",
     .group = Group::List,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "rpop",
     .run = pop<End::Back>},
    {.name = "LLEN",
     .syntax = "key",
     .summary = "Returns the length of a list.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::List,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = llen},
    {.name = "LRANGE",
     .syntax = "key start:integer stop:integer",
     .summary = "Returns a range of elements from a list.",
     .since = "1.0.0",
     .complexity = "O(S+N) where S is the distance of start offset from HEAD for small lists, "
                   "from nearest end (HEAD or TAIL) for large lists; and N is the number of "
                   "elements in the specified range.",
     .group = Group::List,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = lrange},
    {.name = "LINDEX",
     .syntax = "key index:integer",
     .summary = "Returns an element from a list by its index.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements to traverse to get to the element at "
                   "index. This makes asking for the first or the last element of the list O(1).",
     .group = Group::List,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = lindex},
};

}  // namespace

std::span<const Command> list() { return kCommands; }

}  // namespace server::commands
