#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

constexpr std::string_view kSameKey = "ERR source and destination objects are the same";

/// The next argument as the number of a database.
int next_database(Call& call)
{
    const std::int64_t index = call.args.next_integer();
    if (index != static_cast<std::int32_t>(index)) {
        throw CommandError{
            "ERR value is out of range, value must between -2147483648 and 2147483647"};
    }
    if (index < 0 || index >= call.server.databases.count())
        throw CommandError{text::kDatabaseOutOfRange};
    return static_cast<int>(index);
}

void copy(Call& call)
{
    const auto from = call.args.next();
    const auto to = call.args.next();
    int database = call.session.database;
    bool replace = false;
    while (!call.args.done()) {
        if (call.args.accept("REPLACE")) {
            replace = true;
        } else if (call.args.accept("DB", 1)) {
            database = next_database(call);
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    if (database == call.session.database && from == to) throw CommandError{kSameKey};

    store::Keyspace& target = call.server.databases[database];
    const bool allowed = call.keys.find_entry(from) != nullptr && (replace || !target.use(to));
    call.reply.integer(allowed && call.keys.copy(from, target, to));
}

void move(Call& call)
{
    const auto key = call.args.next();
    const int database = next_database(call);
    if (database == call.session.database) throw CommandError{kSameKey};
    call.reply.integer(call.keys.move(key, call.server.databases[database]));
}

int next_swapped_database(Call& call, std::string_view error)
{
    return static_cast<int>(call.args.next_integer_in(
        std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max(), error));
}

/// A watched key changes if it is in one of the two databases, as in Redis: even in both with equal
/// values.
void mark_watched_keys(Server& server, int first, int second)
{
    const auto is_in_one = [&](std::string_view key) {
        return server.databases[first].holds(key) || server.databases[second].holds(key);
    };
    server.watches.mark_if(first, is_in_one);
    server.watches.mark_if(second, is_in_one);
}

void swapdb(Call& call)
{
    const int first = next_swapped_database(call, "ERR invalid first DB index");
    const int second = next_swapped_database(call, "ERR invalid second DB index");
    const int count = call.server.databases.count();
    if (first < 0 || first >= count || second < 0 || second >= count)
        throw CommandError{text::kDatabaseOutOfRange};

    if (first != second) {
        mark_watched_keys(call.server, first, second);
        call.server.databases.swap(first, second);
        call.server.dispatcher.swap_databases(first, second);
    }
    call.reply.ok();
}

constexpr Command kCommands[] = {
    {.name = "COPY",
     .syntax = "source destination [DB destination-db:integer] [REPLACE]",
     .summary = "Copies the value of a key to a new key.",
     .since = "6.2.0",
     .complexity = "O(N) worst case for collections, where N is the number of nested items. O(1) "
                   "for string values.",
     .group = Group::Generic,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "OW UPDATE")},
     .event = "copy_to",
     .run = copy},
    {.name = "MOVE",
     .syntax = "key db:integer",
     .summary = "Moves a key to another database.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "move_to",
     .run = move},
    {.name = "SWAPDB",
     .syntax = "index1:integer index2:integer",
     .summary = "Swaps two databases.",
     .since = "4.0.0",
     .complexity = "O(N) where N is the count of clients watching or blocking on keys from both "
                   "databases.",
     .group = Group::Server,
     .flags = kWrite | kFast | kKeyspaceCategory | kDangerous,
     .event = "swapdb",
     .run = swapdb},
};

}  // namespace

std::span<const Command> key_copy() { return kCommands; }

}  // namespace server::commands
