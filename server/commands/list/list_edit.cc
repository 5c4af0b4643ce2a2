#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/list/list_index.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::List;
using End = List::End;

constexpr auto kMaxInteger = std::numeric_limits<std::int64_t>::max();

/// An integer whose sign can be turned.
std::int64_t next_signed_count(Args& args)
{
    const auto count = args.next_integer();
    if (count == std::numeric_limits<std::int64_t>::min()) {
        throw CommandError{
            "ERR value is out of range, value must between -9223372036854775807 and "
            "9223372036854775807"};
    }
    return count;
}

void lset(Call& call)
{
    auto list = call.keys.edit_existing<List>(call.args.next());
    if (!list) throw CommandError{text::kNoSuchKey};
    const auto index = index_of(call.args.next_integer(), list->size());
    const auto element = call.args.next();
    list->make_room(list_limit(call), element.size(), 1);  // as Redis: whether or not there is one
    if (!index) throw CommandError{"ERR index out of range"};
    list->set(*index, element);
    list->settle(list_limit(call));
    list.changes = 1;
    call.reply.ok();
}

void lrem(Call& call)
{
    const auto key = call.args.next();
    const auto count = next_signed_count(call.args);
    auto list = call.keys.edit_existing<List>(key);
    if (!list) return call.reply.integer(0);
    const auto max = count == 0 ? list->size() : static_cast<std::size_t>(std::abs(count));
    list.changes = static_cast<std::int64_t>(
        list->remove(call.args.next(), max, count < 0 ? End::Back : End::Front));
    if (list.changes > 0) list->settle(list_limit(call));
    call.reply.integer(list.changes);
}

void ltrim(Call& call)
{
    const auto key = call.args.next();
    const auto start = call.args.next_integer();
    const auto stop = call.args.next_integer();
    if (auto list = call.keys.edit_existing<List>(key)) {
        const std::size_t size = list->size();
        const auto [first, count] = span_of(start, stop, size);
        list->erase(first + count, size - first - count);
        list->erase(0, first);
        list->settle(list_limit(call));
        list.changes = static_cast<std::int64_t>(size - count);
        if (count == size) {  // Redis tells of a change even if all was kept
            list.changes = 1;
            list.is_counted_already = true;
        }
    }
    call.reply.ok();
}

void linsert(Call& call)
{
    const auto key = call.args.next();
    const bool before = call.args.accept("BEFORE");
    if (!before && !call.args.accept("AFTER")) throw CommandError{text::kSyntax};
    const auto pivot = call.args.next();
    const auto element = call.args.next();
    auto list = call.keys.edit_existing<List>(key);
    if (!list) return call.reply.integer(0);

    list->make_room(list_limit(call), element.size(), 1);  // as Redis: before it is looked for
    std::size_t index = 0;
    list->walk(0, End::Front, [&](std::string_view each) {
        if (each == pivot) return false;
        ++index;
        return true;
    });
    if (index == list->size()) return call.reply.integer(-1);
    list->insert(before ? List::Side::Before : List::Side::After, index, element);
    list.changes = 1;
    call.reply.integer(static_cast<std::int64_t>(list->size()));
}

struct Search
{
    std::string_view element;
    std::int64_t rank = 1;
    std::optional<std::int64_t> count;
    std::int64_t max_length = 0;  ///< elements to be looked at, 0: all
};

Search next_search(Args& args)
{
    Search search{.element = args.next()};
    while (!args.done()) {
        if (args.accept("RANK", 1)) {
            search.rank = next_signed_count(args);
            if (search.rank != 0) continue;
            throw CommandError{
                "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second "
                "... or use negative to start from the end of the list"};
        }
        if (args.accept("COUNT", 1)) {
            search.count = args.next_integer_in(0, kMaxInteger, "ERR COUNT can't be negative");
        } else if (args.accept("MAXLEN", 1)) {
            search.max_length =
                args.next_integer_in(0, kMaxInteger, "ERR MAXLEN can't be negative");
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return search;
}

/// The positions that match, as many as are wanted.
std::vector<std::size_t> positions_of(const List& list, const Search& search)
{
    const bool backwards = search.rank < 0;
    const auto wanted = static_cast<std::size_t>(search.count.value_or(1));
    auto to_skip = std::abs(search.rank) - 1;
    std::vector<std::size_t> found;
    std::size_t looked_at = 0;
    list.walk(0, backwards ? End::Back : End::Front, [&](std::string_view element) {
        const std::size_t index = backwards ? list.size() - 1 - looked_at : looked_at;
        ++looked_at;
        if (element == search.element && to_skip-- <= 0) found.push_back(index);
        const bool enough = wanted != 0 && found.size() == wanted;
        return !enough && looked_at != static_cast<std::size_t>(search.max_length);
    });
    return found;
}

void lpos(Call& call)
{
    const auto key = call.args.next();
    const auto search = next_search(call.args);
    const auto* list = call.keys.find<List>(key);
    std::vector<std::size_t> found;
    if (list != nullptr) found = positions_of(*list, search);

    if (!search.count && found.empty()) return call.reply.null();
    if (search.count) call.reply.array(found.size());
    for (const std::size_t index : found) call.reply.integer(static_cast<std::int64_t>(index));
}

constexpr Command kCommands[] = {
    {.name = "LSET",
     .syntax = "key index:integer element",
     .summary = "Sets the value of an element in a list by its index.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the length of the list. Setting either the first or the last "
                   "element of the list is O(1).",
     .group = Group::List,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "lset",
     .run = lset},
    {.name = "LREM",
     .syntax = "key count:integer element",
     .summary = "Removes elements from a list. Deletes the list if the last element was removed.",
     .since = "1.0.0",
     .complexity = "O(N+M) where N is the length of the list and M is the number of elements "
                   "removed.",
     .group = Group::List,
     .flags = kWrite,
     .keys = {key_at(1, "RW DELETE")},
     .event = "lrem",
     .run = lrem},
    {.name = "LTRIM",
     .syntax = "key start:integer stop:integer",
     .summary = "Removes elements from both ends a list. Deletes the list if all elements were "
                "trimmed.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of elements to be removed by the operation.",
     .group = Group::List,
     .flags = kWrite,
     .keys = {key_at(1, "RW DELETE")},
     .event = "ltrim",
     .run = ltrim},
    {.name = "LINSERT",
     .syntax = "key <BEFORE | AFTER> pivot element",
     .summary = "Inserts an element before or after another element in a list.",
     .since = "2.2.0",
     .complexity = "O(N) where N is the number of elements to traverse before seeing the value "
                   "pivot. This means that inserting somewhere on the left end on the list "
                   "(head) can be considered O(1) and inserting somewhere on the right end "
                   "(tail) is O(N).",
     .group = Group::List,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW INSERT")},
     .event = "linsert",
     .run = linsert},
    {.name = "LPOS",
     .syntax = "key element [RANK rank] [COUNT num-matches] [MAXLEN len]",
     .summary = "Returns the index of matching elements in a list.",
     .since = "6.0.6",
     .complexity = "O(N) where N is the number of elements in the list, for the average case. "
                   "When searching for elements near the head or the tail of the list, or when "
                   "the MAXLEN option is provided, the command may run in constant time.",
     .group = Group::List,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = lpos},
};

}  // namespace

std::span<const Command> list_edit() { return kCommands; }

}  // namespace server::commands
