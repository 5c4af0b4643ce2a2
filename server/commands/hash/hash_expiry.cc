#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/hash/field_expiry.h"
#include "server/commands/hash/hash_fields.h"

namespace server::commands {

namespace {

using store::Hash;

// What is replied for a field.
constexpr std::int64_t kNoField = -2;
constexpr std::int64_t kNoDeadline = -1;
constexpr std::int64_t kNotAllowed = 0;
constexpr std::int64_t kDone = 1;
constexpr std::int64_t kErased = 2;

/// Unlike EXPIRE, one word at most.
ExpireCondition next_condition(Args& args)
{
    ExpireCondition condition;
    if (args.accept("NX")) {
        condition.if_none = true;
    } else if (args.accept("XX")) {
        condition.if_some = true;
    } else if (args.accept("GT")) {
        condition.if_later = true;
    } else if (args.accept("LT")) {
        condition.if_earlier = true;
    }
    return condition;
}

template <ExpiryForm form>
void hexpire(Call& call)
{
    const auto key = call.args.next();
    auto hash = call.keys.edit_existing<Hash>(key);
    const auto deadline = next_field_deadline(call, form);
    const auto condition = next_condition(call.args);
    const auto fields =
        next_counted_fields(call.args, "ERR Parameter `numFields` should be greater than 0");
    if (hash) hash.expect_deadlines();
    call.reply.array(fields.size());
    for (const auto field : fields) {
        if (!hash || !hash->contains(field)) {
            call.reply.integer(kNoField);
        } else if (!condition.allows(hash->deadline(field), deadline)) {
            call.reply.integer(kNotAllowed);
        } else {
            const bool is_left = set_field_deadline(call, hash, key, field, deadline);
            call.reply.integer(is_left ? kDone : kErased);
        }
    }
}

/// Rounded up, unlike TTL: a field with a millisecond left is there for another second.
constexpr std::int64_t to_whole_seconds(std::int64_t ms) { return ms / 1000 + (ms % 1000 > 0); }

template <ExpiryForm form>
void httl(Call& call)
{
    const auto* hash = call.keys.find<Hash>(call.args.next());
    const auto fields = next_counted_fields(call.args);
    const auto origin = form.absolute ? store::Deadline{} : call.keys.clock().now_ms();
    call.reply.array(fields.size());
    for (const auto field : fields) {
        if (hash == nullptr || !hash->contains(field)) {
            call.reply.integer(kNoField);
        } else if (const auto deadline = hash->deadline(field)) {
            const std::int64_t ms = (*deadline - origin).count();
            call.reply.integer(form.in_seconds ? to_whole_seconds(ms) : ms);
        } else {
            call.reply.integer(kNoDeadline);
        }
    }
}

void hpersist(Call& call)
{
    auto hash = call.keys.edit_existing<Hash>(call.args.next());
    const auto fields = next_counted_fields(call.args);
    call.reply.array(fields.size());
    for (const auto field : fields) {
        if (!hash || !hash->contains(field)) {
            call.reply.integer(kNoField);
        } else if (hash->clear_deadline(field)) {
            ++hash.changes;
            call.reply.integer(kDone);
        } else {
            call.reply.integer(kNoDeadline);
        }
    }
}

constexpr std::string_view kEachField = "O(N) where N is the number of specified fields";

constexpr Command kCommands[] = {
    {.name = "HEXPIRE",
     .syntax = "key seconds:integer [NX | XX | GT | LT] FIELDS numfields:integer field [field ...]",
     .summary = "Set expiry for hash field using relative time to expire (seconds)",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hexpire",
     .run = hexpire<kSeconds>},
    {.name = "HPEXPIRE",
     .syntax = "key milliseconds:integer [NX | XX | GT | LT] FIELDS numfields:integer field "
               "[field ...]",
     .summary = "Set expiry for hash field using relative time to expire (milliseconds)",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hexpire",
     .run = hexpire<kMilliseconds>},
    {.name = "HEXPIREAT",
     .syntax = "key unix-time-seconds:unix-time [NX | XX | GT | LT] FIELDS numfields:integer field "
               "[field ...]",
     .summary = "Set expiry for hash field using an absolute Unix timestamp (seconds)",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hexpire",
     .run = hexpire<kUnixSeconds>},
    {.name = "HPEXPIREAT",
     .syntax = "key unix-time-milliseconds:unix-time [NX | XX | GT | LT] FIELDS numfields:integer "
               "field [field ...]",
     .summary = "Set expiry for hash field using an absolute Unix timestamp (milliseconds)",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hexpire",
     .run = hexpire<kUnixMilliseconds>},
    {.name = "HTTL",
     .syntax = "key FIELDS numfields:integer field [field ...]",
     .summary = "Returns the TTL in seconds of a hash field.",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = httl<kSeconds>,
     .tips = "nondeterministic_output"},
    {.name = "HPTTL",
     .syntax = "key FIELDS numfields:integer field [field ...]",
     .summary = "Returns the TTL in milliseconds of a hash field.",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = httl<kMilliseconds>,
     .tips = "nondeterministic_output"},
    {.name = "HEXPIRETIME",
     .syntax = "key FIELDS numfields:integer field [field ...]",
     .summary = "Returns the expiration time of a hash field as a Unix timestamp, in seconds.",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = httl<kUnixSeconds>},
    {.name = "HPEXPIRETIME",
     .syntax = "key FIELDS numfields:integer field [field ...]",
     .summary = "Returns the expiration time of a hash field as a Unix timestamp, in msec.",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = httl<kUnixMilliseconds>},
    {.name = "HPERSIST",
     .syntax = "key FIELDS numfields:integer field [field ...]",
     .summary = "Removes the expiration time for each specified field",
     .since = "7.4.0",
     .complexity = kEachField,
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "hpersist",
     .run = hpersist},
};

}  // namespace

std::span<const Command> hash_expiry() { return kCommands; }

}  // namespace server::commands
