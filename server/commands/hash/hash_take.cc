#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/hash/hash_fields.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

/// Reads fields and deletes them.
void hgetdel(Call& call)
{
    const auto key = call.args.next();
    auto hash = call.keys.edit_existing<store::Hash>(key);
    const auto fields = next_counted_fields(call.args);
    call.reply.array(fields.size());
    for (const auto field : fields) {
        const auto value = hash ? hash->get(field) : std::nullopt;
        if (value) {
            call.reply.bulk(*value);
            hash.changes += hash->erase(field);
            call.log_as({"HDEL", key, field});
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
