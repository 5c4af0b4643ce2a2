#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "store/number.h"

namespace server::commands {

namespace {

/// The fields behind FIELDS and their number, as Redis 8 reads them.
std::span<const std::string_view> next_counted_fields(Args& args)
{
    if (!args.accept("FIELDS")) {
        throw CommandError{"ERR Mandatory argument FIELDS is missing or not at the right position"};
    }
    const std::int64_t count =
        args.next_integer_in(1, std::numeric_limits<std::int32_t>::max(),
                             "ERR Number of fields must be a positive integer");
    if (static_cast<std::uint64_t>(count) != args.remaining()) {
        throw CommandError{"ERR The `numfields` parameter must match the number of arguments"};
    }
    return args.rest();
}

/// Reads fields and deletes them.
void hgetdel(Call& call)
{
    auto hash = call.keys.edit_existing<store::Hash>(call.args.next());
    const auto fields = next_counted_fields(call.args);
    call.reply.array(fields.size());
    for (const auto field : fields) {
        const auto value = hash ? hash->get(field) : std::nullopt;
        if (value) {
            call.reply.bulk(*value);
            hash.changes += hash->erase(field);
        } else {
            call.reply.null();
        }
    }
}

constexpr Command kCommands[] = {
    {.name = "HGETDEL",
     .syntax = "key FIELDS numfields field [field ...]",
     .summary = "Returns the value of a field and deletes it from the hash.",
     .since = "8.0.0",
     .complexity = "O(N) where N is the number of specified fields",
     .group = Group::Hash,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "hdel",
     .run = hgetdel},
};

}  // namespace

std::span<const Command> hash_take() { return kCommands; }

}  // namespace server::commands
