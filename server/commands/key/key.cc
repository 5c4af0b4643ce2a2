#include <string>
#include <vector>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/scan_options.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

void del(Call& call)
{
    std::int64_t erased = 0;
    for (const auto key : call.args.rest()) erased += call.keys.erase(key);
    call.reply.integer(erased);
}

/// A key named twice counts twice; so it does for TOUCH.
void exists(Call& call)
{
    std::int64_t found = 0;
    for (const auto key : call.args.rest()) found += call.keys.contains(key);
    call.reply.integer(found);
}

void touch(Call& call)
{
    std::int64_t found = 0;
    for (const auto key : call.args.rest()) found += call.keys.find_entry(key) != nullptr;
    call.reply.integer(found);
}

void type(Call& call)
{
    const auto found = call.keys.type(call.args.next());
    call.reply.simple(found ? store::type_name(*found) : "none");
}

void keys(Call& call)
{
    const auto pattern = call.args.next();
    const std::size_t start = call.reply.begin();
    std::size_t found = 0;
    call.keys.for_each([&](std::string_view key, store::Type) {
        if (pattern != "*" && !store::matches(pattern, key)) return;
        call.reply.bulk(key);
        ++found;
    });
    call.reply.end_array(start, found);
}

/// The keys as SCAN visits them: as in Redis, those that it wants but finds due are removed, of
/// whatever type they are.
struct ScannedKeys
{
    store::Keyspace& keys;
    const ScanOptions& options;

    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, Visit&& visit) const
    {
        std::vector<std::string> due;
        cursor = keys.scan(cursor, visit, [&](std::string_view key) {
            if (options.wants(key)) due.emplace_back(key);
        });
        for (const std::string& key : due) keys.peek_type(key);  // a look at it removes it
        return cursor;
    }
};

void scan(Call& call)
{
    const std::uint64_t cursor = next_cursor(call);
    const bool is_strict = call.server.dialect.has(Difference::UnknownTypes);
    const ScanOptions options = next_scan_options(
        call.args, is_strict ? ScanOptions::Extra::KnownType : ScanOptions::Extra::Type);
    const auto wanted = options.type ? type_named(*options.type) : std::nullopt;
    scan_container(call, ScannedKeys{call.keys, options}, cursor, options,
                   [&](auto& matches, std::string_view key, store::Type type) {
                       if (options.type && type != wanted) return;  // an unknown type has no keys
                       if (options.wants(key)) matches.emplace_back(key);
                   });
}

void randomkey(Call& call)
{
    const auto key = call.keys.random_key(call.server.random);
    if (!key) return call.reply.null();
    call.reply.bulk(*key);
}

void rename(Call& call)
{
    const auto from = call.args.next();
    if (!call.keys.rename(from, call.args.next())) throw CommandError{text::kNoSuchKey};
    call.reply.ok();
}

void renamenx(Call& call)
{
    const auto from = call.args.next();
    const auto to = call.args.next();
    if (!call.keys.use(from)) throw CommandError{text::kNoSuchKey};
    const bool free = !call.keys.use(to);
    if (free) call.keys.rename(from, to);
    call.reply.integer(free);
}

constexpr Command kCommands[] = {
    {.name = "DEL",
     .syntax = "key [key ...]",
     .summary = "Deletes one or more keys.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys that will be removed. When a key to remove "
                   "holds a value other than a string, the individual complexity for this key is "
                   "O(M) where M is the number of elements in the list, set, sorted set or hash. "
                   "Removing a single key that holds a string value is O(1).",
     .group = Group::Generic,
     .flags = kWrite,
     .keys = {keys_from(1, "RM DELETE")},
     .event = "del",
     .run = del,
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "UNLINK",
     .syntax = "key [key ...]",
     .summary = "Deletes one or more keys.",
     .since = "4.0.0",
     .complexity = "O(1) for each key removed regardless of its size. Then the command does O(N) "
                   "work in a different thread in order to reclaim memory, where N is the number "
                   "of allocations the deleted objects where composed of.",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {keys_from(1, "RM DELETE")},
     .event = "del",
     .run = del,
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "EXISTS",
     .syntax = "key [key ...]",
     .summary = "Determines whether one or more keys exist.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys to check.",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {keys_from(1, "RO")},
     .run = exists,
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "TOUCH",
     .syntax = "key [key ...]",
     .summary = "Returns the number of existing keys out of those specified.",
     .since = "3.2.1",
     .complexity = "O(N) where N is the number of keys that will be touched.",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {keys_from(1, "RO")},
     .run = touch,
     .tips = "request_policy:multi_shard response_policy:agg_sum"},
    {.name = "TYPE",
     .syntax = "key",
     .summary = "Determines the type of value stored at a key.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = type},
    {.name = "KEYS",
     .syntax = "pattern:pattern",
     .summary = "Returns all key names that match a pattern.",
     .since = "1.0.0",
     .complexity = "O(N) with N being the number of keys in the database, under the assumption "
                   "that the key names in the database and the given pattern have limited length.",
     .group = Group::Generic,
     .flags = kReadonly | kDangerous,
     .run = keys,
     .tips = "request_policy:all_shards nondeterministic_output_order"},
    {.name = "SCAN",
     .syntax = "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type]",
     .summary = "Iterates over the key names in the database.",
     .since = "2.8.0",
     .complexity = "O(1) for every call. O(N) for a complete iteration, including enough command "
                   "calls for the cursor to return back to 0. N is the number of elements inside "
                   "the collection.",
     .group = Group::Generic,
     .flags = kReadonly,
     .run = scan,
     .tips = "nondeterministic_output request_policy:special"},
    {.name = "RANDOMKEY",
     .syntax = "",
     .summary = "Returns a random key name from the database.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly,
     .run = randomkey,
     .tips = "request_policy:all_shards nondeterministic_output"},
    {.name = "RENAME",
     .syntax = "key newkey",
     .summary = "Renames a key and overwrites the destination.",
     .since = "1.0.0",
     .complexity = "O(1) when the destination does not exist, otherwise that of deleting it.",
     .group = Group::Generic,
     .flags = kWrite,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "OW UPDATE")},
     .event = "rename_to",
     .run = rename},
    {.name = "RENAMENX",
     .syntax = "key newkey",
     .summary = "Renames a key only when the target key name doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE"), key_at(2, "OW INSERT")},
     .event = "rename_to",
     .run = renamenx},
};

}  // namespace

std::span<const Command> key() { return kCommands; }

}  // namespace server::commands
