#include <algorithm>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/string/string.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

void check_string_size(const Call& call, std::uint64_t size, std::uint64_t more)
{
    const auto limit = static_cast<std::uint64_t>(call.server.options.proto_max_bulk_len);
    if (size > limit || more > limit - size)
        throw CommandError{"ERR string exceeds maximum allowed size (proto-max-bulk-len)"};
}

namespace {

void append(Call& call)
{
    auto string = call.keys.edit<store::String>(call.args.next());
    const auto tail = call.args.next();
    check_string_size(call, string->size(), tail.size());

    // A new key's value is written as by SET; Redis tells integers there, and only there.
    string.was_made() ? string->assign(tail) : string->append(tail);
    ++string.changes;
    call.reply.integer(static_cast<std::int64_t>(string->size()));
}

/// The part between two offsets, both included; negative ones count from the end.
std::string_view part(std::string_view whole, std::int64_t start, std::int64_t end)
{
    const auto size = static_cast<std::int64_t>(whole.size());
    if (start < 0 && end < 0 && start > end) return {};
    if (start < 0) start = std::max<std::int64_t>(0, start + size);
    if (end < 0) end = std::max<std::int64_t>(0, end + size);
    end = std::min(end, size - 1);
    if (start > end) return {};
    return whole.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(end - start + 1));
}

void getrange(Call& call)
{
    const auto key = call.args.next();
    const std::int64_t start = call.args.next_integer();
    const std::int64_t end = call.args.next_integer();
    const auto* string = call.keys.find<store::String>(key);
    call.reply.bulk(string == nullptr ? std::string_view{} : part(string->view(), start, end));
}

void setrange(Call& call)
{
    const auto key = call.args.next();
    const std::int64_t offset = call.args.next_integer();
    if (offset < 0) throw CommandError{"ERR offset is out of range"};
    auto string = call.keys.edit<store::String>(key);
    const auto part = call.args.next();

    if (!part.empty()) {
        check_string_size(call, static_cast<std::uint64_t>(offset), part.size());
        string->write(static_cast<std::size_t>(offset), part);
        ++string.changes;
    }
    call.reply.integer(static_cast<std::int64_t>(string->size()));
}

void strlen(Call& call)
{
    const auto* string = call.keys.find<store::String>(call.args.next());
    call.reply.integer(string == nullptr ? 0 : static_cast<std::int64_t>(string->size()));
}

constexpr Command kCommands[] = {
    {.name = "APPEND",
     .syntax = "key value",
     .summary = "Appends a string to the value of a key. Creates the key if it doesn't exist.",
     .since = "2.0.0",
     .complexity = "O(1). The amortized time complexity is O(1) assuming the appended value is "
                   "small and the already present value is of any size, since the dynamic string "
                   "library used by Redis will double the free space available on every "
                   "reallocation.",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW INSERT")},
     .event = "append",
     .run = append},
    {.name = "STRLEN",
     .syntax = "key",
     .summary = "Returns the length of a string value.",
     .since = "2.2.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO")},
     .run = strlen},
    {.name = "GETRANGE",
     .syntax = "key start:integer end:integer",
     .summary = "Returns a substring of the string stored at a key.",
     .since = "2.4.0",
     .complexity = "O(N) where N is the length of the returned string. The complexity is "
                   "ultimately determined by the returned length, but because creating a "
                   "substring from an existing string is very cheap, it can be considered O(1) "
                   "for small strings.",
     .group = Group::String,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = getrange},
    {.name = "SUBSTR",
     .syntax = "key start:integer end:integer",
     .summary = "Returns a substring from a string value.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the length of the returned string. The complexity is "
                   "ultimately determined by the returned length, but because creating a "
                   "substring from an existing string is very cheap, it can be considered O(1) "
                   "for small strings.",
     .group = Group::String,
     .flags = kReadonly,
     .keys = {key_at(1, "RO ACCESS")},
     .run = getrange,
     .deprecated_since = "2.0.0",
     .replaced_by = "`GETRANGE`"},
    {.name = "SETRANGE",
     .syntax = "key offset:integer value",
     .summary = "Overwrites a part of a string value with another by an offset. Creates the key "
                "if it doesn't exist.",
     .since = "2.2.0",
     .complexity = "O(1), not counting the time taken to copy the new string in place. Usually, "
                   "this string is very small so the amortized complexity is O(1). Otherwise, "
                   "complexity is O(M) with M being the length of the value argument.",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW UPDATE")},
     .event = "setrange",
     .run = setrange},
};

}  // namespace

std::span<const Command> string_range() { return kCommands; }

}  // namespace server::commands
