#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// The key that OBJECT asks about. A null is replied, and nullptr returned, if there is none.
const store::Entry* find_or_reply_null(Call& call)
{
    const auto key = call.args.next();
    const store::Entry* entry = call.keys.look_at(key);
    if (entry == nullptr) call.reply.null();
    return entry;
}

/// Valkey keeps a short string in one piece with its key and its deadline.
std::string_view embedded(std::size_t piece, std::string_view key, const store::Entry& entry)
{
    constexpr std::size_t kHeader = 23;
    constexpr std::size_t kDeadline = 8;
    const std::size_t of_deadline = entry.has_deadline() ? kDeadline : 0;
    return kHeader + key.size() + of_deadline + entry.get<store::String>().size() <= piece
               ? "embstr"
               : "raw";
}

/// The encoding in the server that is spoken as.
std::string_view spoken(Call& call, std::string_view key, const store::Entry& entry,
                        std::string_view ours)
{
    const Dialect& dialect = call.server.dialect;
    if (dialect.has(Difference::OldEncodings) && ours == "listpack") {
        if (entry.type() == store::kTypeOf<store::Set>) return "hashtable";
        if (entry.type() == store::kTypeOf<store::List>) return "quicklist";
    }
    const bool is_text = entry.type() == store::kTypeOf<store::String> && ours != "int" &&
                         !entry.get<store::String>().was_changed_in_place();
    if (is_text && dialect.has(Difference::EmbeddedKeys)) return embedded(64, key, entry);
    if (is_text && dialect.has(Difference::LargeEmbeddedKeys)) return embedded(136, key, entry);
    return ours;
}

void encoding(Call& call)
{
    const std::string_view key = call.request.back();
    const store::Entry* entry = find_or_reply_null(call);
    if (entry == nullptr) return;
    entry->visit([&]<class T>(const T& value) {
        const std::string_view ours = store::TypeTraits<T>::encoding(value);
        call.reply.bulk(call.server.dialect.is_default() ? ours : spoken(call, key, *entry, ours));
    });
}

/// Redis shares the integers below 10,000 and says so by the largest count, unless it needs to know
/// how each of them is used; nothing else of it is ever shared.
void refcount(Call& call)
{
    const store::Entry* entry = find_or_reply_null(call);
    if (entry == nullptr) return;
    constexpr std::size_t kLongestShared = 4;
    bool shared = false;
    const bool all_differ =
        call.server.dialect.has(Difference::NoSharedIntegers) ||
        (call.server.options.max_memory != 0 && call.server.evictor.policy().by_use());
    if (!all_differ && entry->type() == store::kTypeOf<store::String>) {
        const auto& string = entry->get<store::String>();
        shared = string.encoding() == store::String::Encoding::Integer &&
                 string.size() <= kLongestShared && !string.view().starts_with('-');
    }
    call.reply.integer(shared ? std::numeric_limits<std::int32_t>::max() : 1);
}

void idletime(Call& call)
{
    const store::Entry* entry = find_or_reply_null(call);
    if (entry == nullptr) return;
    const store::Usage& usage = call.server.databases.usage;
    if (usage.measure() == store::Usage::Measure::Time)
        return call.reply.integer(usage.idle_seconds(call.keys.usage(*entry)));
    throw CommandError{
        "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when "
        "switching between policies at runtime LRU and LFU data will take some time to adjust."};
}

void freq(Call& call)
{
    const store::Entry* entry = find_or_reply_null(call);
    if (entry == nullptr) return;
    const store::Usage& usage = call.server.databases.usage;
    if (usage.measure() == store::Usage::Measure::Frequency)
        return call.reply.integer(usage.frequency(call.keys.usage(*entry)));
    throw CommandError{
        "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note "
        "that when switching between policies at runtime LRU and LFU data will take some time to "
        "adjust."};
}

constexpr Command kCommands[] = {
    {.name = "OBJECT",
     .summary = "A container for object introspection commands.",
     .since = "2.2.3",
     .complexity = "Depends on subcommand.",
     .group = Group::Generic,
     .arity_override = -2},
    {.name = "OBJECT ENCODING",
     .syntax = "key",
     .summary = "Returns the internal encoding of an object.",
     .since = "2.2.3",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = encoding,
     .tips = "nondeterministic_output"},
    {.name = "OBJECT FREQ",
     .syntax = "key",
     .summary = "Returns the logarithmic access frequency counter of an object.",
     .since = "4.0.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = freq,
     .tips = "nondeterministic_output"},
    {.name = "OBJECT IDLETIME",
     .syntax = "key",
     .summary = "Returns the time since the last access to an object.",
     .since = "2.2.3",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = idletime,
     .tips = "nondeterministic_output"},
    {.name = "OBJECT REFCOUNT",
     .syntax = "key",
     .summary = "Returns the reference count of a value of a key.",
     .since = "2.2.3",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = refcount,
     .tips = "nondeterministic_output"},
    {.name = "OBJECT HELP",
     .syntax = "",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Generic,
     .flags = kLoading | kStale,
     .run = container_help},
};

}  // namespace

std::span<const Command> object() { return kCommands; }

}  // namespace server::commands
