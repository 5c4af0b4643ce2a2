#include "store/snapshot/dump.h"

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

void dump(Call& call)
{
    const store::Entry* entry = call.keys.find_entry(call.args.next());
    if (entry == nullptr) return call.reply.null();
    call.reply.bulk(store::snapshot::dump(*entry, call.server.dialect.model().dumps));
}

struct RestoreOptions
{
    bool replace = false;
    bool absolute = false;
    store::ToldUsage usage;
};

RestoreOptions next_restore_options(Args& args)
{
    constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();
    RestoreOptions options;
    store::ToldUsage& usage = options.usage;
    const auto next_checked = [&](std::int64_t max, std::string_view error) {
        const std::int64_t number = args.next_integer();
        if (number < 0 || number > max) throw CommandError{error};
        return number;
    };
    while (!args.done()) {
        if (args.accept("REPLACE")) {
            options.replace = true;
        } else if (args.accept("ABSTTL")) {
            options.absolute = true;
        } else if (!usage.frequency && args.accept("IDLETIME", 1)) {
            usage.idle_seconds = next_checked(kMaxLong, "ERR Invalid IDLETIME value, must be >= 0");
        } else if (!usage.idle_seconds && args.accept("FREQ", 1)) {
            usage.frequency = static_cast<std::uint8_t>(
                next_checked(255, "ERR Invalid FREQ value, must be >= 0 and <= 255"));
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return options;
}

/// The deadline of a time to live in milliseconds; nothing for 0. A moment that is later than there
/// are numbers has passed, as in Redis, whose sum begins again at the lowest one.
std::optional<store::Deadline> restored_deadline(const Call& call, std::int64_t ttl, bool absolute)
{
    if (ttl == 0) return std::nullopt;
    const ExpiryForm form{.in_seconds = false, .absolute = absolute};
    return to_deadline(ttl, form, call.keys.clock().now_ms()).value_or(store::Deadline::min());
}

store::AnyValue value_of(const Call& call, std::string_view payload)
{
    const auto checked = store::snapshot::checked_dump(payload, call.server.dialect.model().dumps);
    if (!checked) throw CommandError{text::kBadDump};
    auto value = store::snapshot::restore(*checked, read_limits(call.server.options));
    if (!value) throw CommandError{"ERR Bad data format"};
    return std::move(*value);
}

/// As it came, but for a time to live that began just now.
void log_restore(Call& call, std::string_view payload, std::optional<store::Deadline> deadline)
{
    if (!deadline) return;
    const ascii::IntegerText ms{deadline->time_since_epoch().count()};
    call.log_as({"RESTORE", call.request[1], ms, payload, "REPLACE", "ABSTTL"});
}

void restore(Call& call)
{
    const auto key = call.args.next();
    const auto ttl_text = call.args.next();
    const auto payload = call.args.next();
    const RestoreOptions options = next_restore_options(call.args);
    if (!options.replace && call.keys.use(key))
        throw CommandError{"BUSYKEY Target key name already exists."};
    const std::int64_t ttl = Args{{&ttl_text, 1}}.next_integer();
    if (ttl < 0) throw CommandError{"ERR Invalid TTL value, must be >= 0"};
    auto value = value_of(call, payload);
    const auto deadline = restored_deadline(call, ttl, options.absolute);

    if (deadline && call.keys.clock().has_come(*deadline)) {
        call.log_keys();
        call.keys.erase(key);  // it is over already
    } else {
        std::visit([&](auto& any) { call.keys.put(key, std::move(any), store::Change::Arrived); },
                   value);
        if (deadline) call.keys.expire(key, *deadline);
        log_restore(call, payload, deadline);
        call.keys.set_usage(key, call.server.databases.usage.bits_of(options.usage));
    }
    call.reply.ok();
}

constexpr Command kCommands[] = {
    {.name = "DUMP",
     .syntax = "key",
     .summary = "Returns a serialized representation of the value stored at a key.",
     .since = "2.6.0",
     .complexity =
         "O(1) to access the key and additional O(N*M) to serialize it, where N is the "
         "number of Redis objects composing the value and M their average size. For small "
         "string values the time complexity is thus O(1)+O(1*M) where M is small, so "
         "simply O(1).",
     .group = Group::Generic,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = dump,
     .tips = "nondeterministic_output"},
    {.name = "RESTORE",
     .syntax =
         "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds:integer] [FREQ frequency]",
     .summary = "Creates a key from the serialized representation of a value.",
     .since = "2.6.0",
     .complexity =
         "O(1) to create the new key and additional O(N*M) to reconstruct the "
         "serialized value, where N is the number of Redis objects composing the value and M "
         "their average size. For small string values the time complexity is thus "
         "O(1)+O(1*M) where M is small, so simply O(1). However for sorted set values "
         "the complexity is O(N*M*log(N)) because inserting values into sorted sets is "
         "O(log(N)).",
     .group = Group::Generic,
     .flags = kWrite | kDenyOom | kDangerous,
     .keys = {key_at(1, "OW UPDATE")},
     .event = "restore",
     .run = restore},
};

}  // namespace

std::span<const Command> key_dump() { return kCommands; }

}  // namespace server::commands
