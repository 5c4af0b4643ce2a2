#include <cmath>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "store/number.h"

namespace server::commands {

namespace {

/// The counter's value, 0 for a key that was made just now.
std::int64_t integer_of(const store::Edit<store::String>& counter)
{
    if (counter.was_made()) return 0;
    const auto value = ascii::parse_integer(counter->view());
    if (!value) throw CommandError{text::kNotAnInteger};
    return *value;
}

void add(Call& call, std::string_view key, std::int64_t increment)
{
    auto counter = call.keys.edit<store::String>(key);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(integer_of(counter), increment, &sum))
        throw CommandError{"ERR increment or decrement would overflow"};

    counter->assign(ascii::IntegerText{sum});
    ++counter.changes;
    call.reply.integer(sum);
}

void incr(Call& call) { add(call, call.args.next(), 1); }

void decr(Call& call) { add(call, call.args.next(), -1); }

void incrby(Call& call)
{
    const auto key = call.args.next();
    add(call, key, call.args.next_integer());
}

void decrby(Call& call)
{
    const auto key = call.args.next();
    const std::int64_t decrement = call.args.next_integer();
    if (decrement == std::numeric_limits<std::int64_t>::min())
        throw CommandError{"ERR decrement would overflow"};
    add(call, key, -decrement);
}

long double long_double_in(std::string_view text)
{
    if (const auto number = store::parse_long_double(text)) return *number;
    throw CommandError{text::kNotAFloat};
}

void incrbyfloat(Call& call)
{
    const auto key = call.args.next();
    auto counter = call.keys.edit<store::String>(key);
    const long double old = counter.was_made() ? 0 : long_double_in(counter->view());
    const long double sum = old + long_double_in(call.args.next());
    if (std::isnan(sum) || std::isinf(sum))
        throw CommandError{"ERR increment would produce NaN or Infinity"};

    counter->assign_text(store::format_long_double(sum));
    ++counter.changes;
    call.log_as({"SET", key, counter->view(), "KEEPTTL"});
    call.reply.bulk(counter->view());
}

constexpr Command kCommands[] = {
    {.name = "INCR",
     .syntax = "key",
     .summary = "Increments the integer value of a key by one. Uses 0 as initial value if the key "
                "doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "incrby",
     .run = incr},
    {.name = "DECR",
     .syntax = "key",
     .summary = "Decrements the integer value of a key by one. Uses 0 as initial value if the key "
                "doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "incrby",
     .run = decr},
    {.name = "INCRBY",
     .syntax = "key increment:integer",
     .summary = "Increments the integer value of a key by a number. Uses 0 as initial value if "
                "the key doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "incrby",
     .run = incrby},
    {.name = "DECRBY",
     .syntax = "key decrement:integer",
     .summary = "Decrements a number from the integer value of a key. Uses 0 as initial value if "
                "the key doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "incrby",
     .run = decrby},
    {.name = "INCRBYFLOAT",
     .syntax = "key increment:double",
     .summary = "Increment the floating point value of a key by a number. Uses 0 as initial value "
                "if the key doesn't exist.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "incrbyfloat",
     .run = incrbyfloat},
};

}  // namespace

std::span<const Command> string_counter() { return kCommands; }

}  // namespace server::commands
