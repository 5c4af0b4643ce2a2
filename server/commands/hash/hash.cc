#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/scan_options.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

const store::Hash* find_hash(Call& call) { return call.keys.find<store::Hash>(call.args.next()); }

/// Sets the field-value pairs that are left; returns how many fields are new. Throws before any
/// change if a value is missing: Redis calls that a wrong number of arguments.
std::int64_t set_fields(Call& call)
{
    const auto key = call.args.next();
    if (call.args.remaining() % 2 != 0) throw wrong_number_of_arguments(call.command);
    auto hash = call.keys.edit<store::Hash>(key);
    const auto limits = hash_limits(call);
    hash->expect(call.args.remaining() / 2, limits);
    std::int64_t made = 0;
    while (!call.args.done()) {
        const auto field = call.args.next();
        made += hash->set(field, call.args.next(), limits);
        ++hash.changes;
    }
    return made;
}

void hset(Call& call) { call.reply.integer(set_fields(call)); }

void hmset(Call& call)
{
    set_fields(call);
    call.reply.ok();
}

void hsetnx(Call& call)
{
    const auto key = call.args.next();
    const auto field = call.args.next();
    auto hash = call.keys.edit<store::Hash>(key);
    if (!hash->contains(field)) {
        hash->set(field, call.args.next(), hash_limits(call));
        ++hash.changes;
    }
    call.reply.integer(hash.changes);
}

void reply_field(Call& call, const store::Hash* hash, std::string_view field)
{
    const auto value = hash == nullptr ? std::nullopt : hash->get(field);
    if (!value) return call.reply.null();
    call.reply.bulk(*value);
}

void hget(Call& call)
{
    const auto* hash = find_hash(call);
    reply_field(call, hash, call.args.next());
}

void hmget(Call& call)
{
    const auto* hash = find_hash(call);
    const auto fields = call.args.rest();
    call.reply.array(fields.size());
    for (const auto field : fields) reply_field(call, hash, field);
}

void hgetall(Call& call)
{
    const auto* hash = find_hash(call);
    if (hash == nullptr) return call.reply.map(0);
    call.reply.map(hash->size());
    hash->for_each([&](std::string_view field, std::string_view value) {
        call.reply.bulk(field);
        call.reply.bulk(value);
    });
}

void hkeys(Call& call)
{
    const auto* hash = find_hash(call);
    if (hash == nullptr) return call.reply.array(0);
    call.reply.array(hash->size());
    hash->for_each([&](std::string_view field, std::string_view) { call.reply.bulk(field); });
}

void hvals(Call& call)
{
    const auto* hash = find_hash(call);
    if (hash == nullptr) return call.reply.array(0);
    call.reply.array(hash->size());
    hash->for_each([&](std::string_view, std::string_view value) { call.reply.bulk(value); });
}

void hlen(Call& call)
{
    const auto* hash = find_hash(call);
    call.reply.integer(hash == nullptr ? 0 : static_cast<std::int64_t>(hash->size()));
}

void hexists(Call& call)
{
    const auto* hash = find_hash(call);
    call.reply.integer(hash != nullptr && hash->contains(call.args.next()));
}

void hstrlen(Call& call)
{
    const auto* hash = find_hash(call);
    const auto value = hash == nullptr ? std::nullopt : hash->get(call.args.next());
    call.reply.integer(value ? static_cast<std::int64_t>(value->size()) : 0);
}

void hdel(Call& call)
{
    auto hash = call.keys.edit_existing<store::Hash>(call.args.next());
    if (!hash) return call.reply.integer(0);
    for (const auto field : call.args.rest()) hash.changes += hash->erase(field);
    call.reply.integer(hash.changes);
}

void hscan(Call& call)
{
    const auto key = call.args.next();
    const auto cursor = next_cursor(call);
    const auto* hash = call.keys.find<store::Hash>(key);
    if (hash == nullptr) return reply_scan(call, 0, {});  // as Redis, without a look at the options
    const auto options = next_scan_options(call.args, ScanOptions::Extra::NoValues);
    scan_container(call, *hash, cursor, options,
                   [&](auto& matches, std::string_view field, std::string_view value) {
                       if (!options.wants(field)) return;
                       matches.emplace_back(field);
                       if (!options.no_values) matches.emplace_back(value);
                   });
}

constexpr Command kCommands[] = {
    {.name = "HSET",
     .syntax = "key field value [field value ...]",
     .summary = "Creates or modifies the value of a field in a hash.",
     .since = "2.0.0",
     .complexity = "O(1) for each field/value pair added, so O(N) to add N field/value pairs when "
                   "the command is called with multiple field/value pairs.",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hset",
     .run = hset},
    {.name = "HMSET",
     .syntax = "key field value [field value ...]",
     .summary = "Sets the values of multiple fields.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields being set.",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hset",
     .run = hmset,
     .deprecated_since = "4.0.0",
     .replaced_by = "`HSET` with multiple field-value pairs"},
    {.name = "HSETNX",
     .syntax = "key field value",
     .summary = "Sets the value of a field in a hash only when the field doesn't exist.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "hset",
     .run = hsetnx},
    {.name = "HGET",
     .syntax = "key field",
     .summary = "Returns the value of a field in a hash.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hget},
    {.name = "HMGET",
     .syntax = "key field [field ...]",
     .summary = "Returns the values of all fields in a hash.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields being requested.",
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hmget},
    {.name = "HGETALL",
     .syntax = "key",
     .summary = "Returns all fields and values in a hash.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the size of the hash.",
     .group = Group::Hash,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hgetall,
     .tips = "nondeterministic_output_order"},
    {.name = "HKEYS",
     .syntax = "key",
     .summary = "Returns all fields in a hash.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the size of the hash.",
     .group = Group::Hash,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hkeys,
     .tips = "nondeterministic_output_order"},
    {.name = "HVALS",
     .syntax = "key",
     .summary = "Returns all values in a hash.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the size of the hash.",
     .group = Group::Hash,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hvals,
     .tips = "nondeterministic_output_order"},
    {.name = "HLEN",
     .syntax = "key",
     .summary = "Returns the number of fields in a hash.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = hlen},
    {.name = "HEXISTS",
     .syntax = "key field",
     .summary = "Determines whether a field exists in a hash.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = hexists},
    {.name = "HSTRLEN",
     .syntax = "key field",
     .summary = "Returns the length of the value of a field.",
     .since = "3.2.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = hstrlen},
    {.name = "HDEL",
     .syntax = "key field [field ...]",
     .summary = "Deletes one or more fields and their values from a hash. Deletes the hash if no "
                "fields remain.",
     .since = "2.0.0",
     .complexity = "O(N) where N is the number of fields to be removed.",
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW DELETE")},
     .event = "hdel",
     .run = hdel},
    {.name = "HSCAN",
     .syntax = "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [NOVALUES]",
     .summary = "Iterates over fields and values of a hash.",
     .since = "2.8.0",
     .complexity = "O(1) for every call. O(N) for a complete iteration, including enough command "
                   "calls for the cursor to return back to 0. N is the number of elements inside "
                   "the collection.",
     .group = Group::Hash,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = hscan,
     .tips = "nondeterministic_output"},
};

}  // namespace

std::span<const Command> hash() { return kCommands; }

}  // namespace server::commands
