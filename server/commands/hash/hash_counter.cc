#include <cmath>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/hash/field_expiry.h"
#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "store/number.h"

namespace server::commands {

namespace {

std::int64_t integer_in(const store::Hash& hash, std::string_view field)
{
    const auto text = hash.get(field);
    if (!text) return 0;
    if (const auto value = ascii::parse_integer(*text)) return *value;
    throw CommandError{"ERR hash value is not an integer"};
}

void hincrby(Call& call)
{
    const auto key = call.args.next();
    const auto field = call.args.next();
    const std::int64_t increment = call.args.next_integer();
    auto hash = call.keys.edit<store::Hash>(key);
    std::int64_t sum = 0;
    if (__builtin_add_overflow(integer_in(*hash, field), increment, &sum))
        throw CommandError{"ERR increment or decrement would overflow"};

    hash->update(field, ascii::IntegerText{sum}, hash_limits(call));
    ++hash.changes;
    call.reply.integer(sum);
}

long double number_in(const store::Hash& hash, std::string_view field)
{
    const auto text = hash.get(field);
    if (!text) return 0;
    if (const auto value = store::parse_long_double(*text)) return *value;
    throw CommandError{"ERR hash value is not a float"};
}

void hincrbyfloat(Call& call)
{
    const auto key = call.args.next();
    const auto field = call.args.next();
    const auto increment = store::parse_long_double(call.args.next());
    if (!increment) throw CommandError{text::kNotAFloat};
    if (std::isinf(*increment)) throw CommandError{"ERR value is NaN or Infinity"};
    auto hash = call.keys.edit<store::Hash>(key);
    const long double sum = number_in(*hash, field) + *increment;
    if (std::isnan(sum) || std::isinf(sum))
        throw CommandError{"ERR increment would produce NaN or Infinity"};

    const std::string text = store::format_long_double(sum);
    hash->update(field, text, hash_limits(call));
    ++hash.changes;
    call.log_as({"HSET", key, field, text});
    if (const auto deadline = hash->deadline(field))
        log_field_deadline(call, key, field, *deadline);
    call.reply.bulk(text);
}

constexpr Command kCommands[] = {
    {.name = "HINCRBY",
     .syntax = "key field increment:integer",
     .summary = "Increments the integer value of a field in a hash by a number. Uses 0 as initial "
                "value if the field doesn't exist.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hincrby",
     .run = hincrby},
    {.name = "HINCRBYFLOAT",
     .syntax = "key field increment:double",
     .summary = "Increments the floating point value of a field by a number. Uses 0 as initial "
                "value if the field doesn't exist.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::Hash,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hincrbyfloat",
     .run = hincrbyfloat},
};

}  // namespace

std::span<const Command> hash_counter() { return kCommands; }

}  // namespace server::commands
