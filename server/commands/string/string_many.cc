#include "server/catalogue/command.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/commands/string/string.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using Condition = store::StringPut::Condition;

/// Keys and values in turn.
using Pairs = std::span<const std::string_view>;

void mget(Call& call)
{
    call.reply.array(call.args.remaining());
    for (const auto key : call.args.rest()) {
        // Unlike GET, MGET takes a key of another type for a missing one.
        const auto* string = call.keys.find_if_type<store::String>(key);
        reply_string(call, string);
    }
}

/// The keys and values that are left; throws Redis's wrong number of arguments.
Pairs next_pairs(Call& call)
{
    if (call.args.remaining() % 2 != 0) throw wrong_number_of_arguments(call.command);
    return call.args.rest();
}

void put_all(Call& call, Pairs pairs, const store::StringPut& put = {})
{
    for (std::size_t i = 0; i < pairs.size(); i += 2)
        call.keys.put_string(pairs[i], pairs[i + 1], put);
}

/// Whether every key is there for IfPresent, and none for IfMissing.
bool holds_for_all(Call& call, Pairs pairs, Condition condition)
{
    if (condition == Condition::Always) return true;
    for (std::size_t i = 0; i < pairs.size(); i += 2) {
        if (call.keys.use(pairs[i]) != (condition == Condition::IfPresent)) return false;
    }
    return true;
}

void mset(Call& call)
{
    put_all(call, next_pairs(call));
    call.reply.ok();
}

void msetnx(Call& call)
{
    const Pairs pairs = next_pairs(call);
    const bool holds = holds_for_all(call, pairs, Condition::IfMissing);
    if (holds) put_all(call, pairs);
    call.reply.integer(holds);
}

Pairs next_counted_pairs(Args& args)
{
    const std::int64_t count = args.next_integer_in(1, std::numeric_limits<std::int32_t>::max(),
                                                    "ERR invalid numkeys value or out of range");
    return args.next_many(2 * static_cast<std::size_t>(count));
}

void msetex(Call& call)
{
    const Pairs pairs = next_counted_pairs(call.args);
    Condition condition = Condition::Always;
    ExpiryOption expiry{ExpiryOption::Wordy::KeepTtl};
    while (!call.args.done()) {
        if (condition != Condition::IfPresent && call.args.accept("NX")) {
            condition = Condition::IfMissing;
        } else if (condition != Condition::IfMissing && call.args.accept("XX")) {
            condition = Condition::IfPresent;
        } else if (!expiry.accept(call.args)) {
            throw CommandError{text::kSyntax};
        }
    }
    const store::StringPut put{.keep_deadline = expiry.is_wordy(),
                               .deadline = expiry.deadline(call)};

    const bool holds = holds_for_all(call, pairs, condition);
    if (put.deadline) call.log_keys();
    if (holds) put_all(call, pairs, put);
    call.reply.integer(holds);
}

constexpr Command kCommands[] = {
    {.name = "MGET",
     .syntax = "key [key ...]",
     .summary = "Atomically returns the string values of one or more keys.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of keys to retrieve.",
     .group = Group::String,
     .flags = kReadonly | kFast,
     .keys = {keys_from(1, "RO ACCESS")},
     .run = mget,
     .tips = "request_policy:multi_shard"},
    {.name = "MSET",
     .syntax = "key value [key value ...]",
     .summary = "Atomically creates or modifies the string values of one or more keys.",
     .since = "1.0.1",
     .complexity = "O(N) where N is the number of keys to set.",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {keys_from(1, "OW UPDATE", 2)},
     .event = "set",
     .run = mset,
     .tips = "request_policy:multi_shard response_policy:all_succeeded"},
    {.name = "MSETNX",
     .syntax = "key value [key value ...]",
     .summary = "Atomically modifies the string values of one or more keys only when all keys "
                "don't exist.",
     .since = "1.0.1",
     .complexity = "O(N) where N is the number of keys to set.",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {keys_from(1, "OW INSERT", 2)},
     .event = "set",
     .run = msetnx},
    {.name = "MSETEX",
     .syntax = "numkeys:integer key value [key value ...] [NX | XX] [EX seconds:integer | PX "
               "milliseconds:integer | EXAT "
               "unix-time-seconds:unix-time | PXAT unix-time-milliseconds:unix-time | KEEPTTL]",
     .summary = "Atomically creates or modifies the string values of one or more keys, and "
                "optionally set their expiration.",
     .since = "8.4.0",
     .complexity = "O(N) where N is the number of keys to set.",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {counted_keys_at(1, "OW UPDATE", 2)},
     .event = "set",
     .run = msetex,
     .tips = "request_policy:multi_shard response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> string_many() { return kCommands; }

}  // namespace server::commands
