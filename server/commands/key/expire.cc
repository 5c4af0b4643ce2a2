#include "server/catalogue/command.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

ExpireCondition next_condition(Args& args)
{
    ExpireCondition condition;
    while (!args.done()) {
        if (args.accept("NX")) {
            condition.if_none = true;
        } else if (args.accept("XX")) {
            condition.if_some = true;
        } else if (args.accept("GT")) {
            condition.if_later = true;
        } else if (args.accept("LT")) {
            condition.if_earlier = true;
        } else {
            throw CommandError{"ERR Unsupported option {}", args.next()};
        }
    }
    if (condition.if_none && (condition.if_some || condition.if_later || condition.if_earlier)) {
        throw CommandError{"ERR NX and XX, GT or LT options at the same time are not compatible"};
    }
    if (condition.if_later && condition.if_earlier)
        throw CommandError{"ERR GT and LT options at the same time are not compatible"};
    return condition;
}

/// The EXPIRE family. Redis looks at the options before it looks at the number.
template <ExpiryForm form>
void expire(Call& call)
{
    const auto key = call.args.next();
    const auto number = call.args.next();
    const ExpireCondition condition = next_condition(call.args);
    const std::int64_t amount = Args{{&number, 1}}.next_integer();
    const auto deadline = to_deadline(amount, form, call.keys.clock().now_ms());
    if (!deadline) throw invalid_expiry(call);

    if (!condition.allows(call.keys.deadline(key), *deadline)) {
        call.keys.use(key);
        return call.reply.integer(0);
    }
    call.log_keys();
    call.reply.integer(call.keys.expire(key, *deadline));
}

/// The TTL family: -2 for a missing key, -1 for one without a deadline.
void reply_time(Call& call, std::int64_t (*measure)(store::Deadline, const store::Clock&))
{
    const auto key = call.args.next();
    if (!call.keys.contains(key)) return call.reply.integer(-2);
    const auto deadline = call.keys.deadline(key);
    call.reply.integer(deadline ? measure(*deadline, call.keys.clock()) : -1);
}

/// Rounded to the nearest second; PEXPIREAT takes a deadline so late that adding 500 would
/// overflow.
constexpr std::int64_t to_whole_seconds(std::int64_t ms)
{
    return ms / 1000 + (ms % 1000 >= 500 ? 1 : 0);
}

void ttl(Call& call)
{
    reply_time(call, [](store::Deadline deadline, const store::Clock& clock) {
        return to_whole_seconds(remaining_ms(deadline, clock));
    });
}

void pttl(Call& call) { reply_time(call, remaining_ms); }

void expiretime(Call& call)
{
    reply_time(call, [](store::Deadline deadline, const store::Clock&) {
        return to_whole_seconds(deadline.time_since_epoch().count());
    });
}

void pexpiretime(Call& call)
{
    reply_time(call, [](store::Deadline deadline, const store::Clock&) {
        return std::int64_t{deadline.time_since_epoch().count()};
    });
}

void persist(Call& call) { call.reply.integer(call.keys.persist(call.args.next())); }

constexpr Command kCommands[] = {
    {.name = "EXPIRE",
     .syntax = "key seconds:integer [NX | XX | GT | LT]",
     .summary = "Sets the expiration time of a key in seconds.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "expire",
     .run = expire<kSeconds>},
    {.name = "PEXPIRE",
     .syntax = "key milliseconds:integer [NX | XX | GT | LT]",
     .summary = "Sets the expiration time of a key in milliseconds.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "expire",
     .run = expire<kMilliseconds>},
    {.name = "EXPIREAT",
     .syntax = "key unix-time-seconds:unix-time [NX | XX | GT | LT]",
     .summary = "Sets the expiration time of a key to a Unix timestamp.",
     .since = "1.2.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "expire",
     .run = expire<kUnixSeconds>},
    {.name = "PEXPIREAT",
     .syntax = "key unix-time-milliseconds:unix-time [NX | XX | GT | LT]",
     .summary = "Sets the expiration time of a key to a Unix milliseconds timestamp.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "expire",
     .run = expire<kUnixMilliseconds>},
    {.name = "TTL",
     .syntax = "key",
     .summary = "Returns the expiration time in seconds of a key.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = ttl,
     .tips = "nondeterministic_output"},
    {.name = "PTTL",
     .syntax = "key",
     .summary = "Returns the expiration time in milliseconds of a key.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = pttl,
     .tips = "nondeterministic_output"},
    {.name = "EXPIRETIME",
     .syntax = "key",
     .summary = "Returns the expiration time of a key as a Unix timestamp.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = expiretime},
    {.name = "PEXPIRETIME",
     .syntax = "key",
     .summary = "Returns the expiration time of a key as a Unix milliseconds timestamp.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = pexpiretime},
    {.name = "PERSIST",
     .syntax = "key",
     .summary = "Removes the expiration time of a key.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "persist",
     .run = persist},
};

}  // namespace

std::span<const Command> expire() { return kCommands; }

}  // namespace server::commands
