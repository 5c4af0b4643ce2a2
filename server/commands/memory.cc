#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

/// Redis estimates from a few samples, five if not told otherwise; Dabba counts what is there. The
/// number of samples is checked and not needed.
void usage(Call& call)
{
    const auto key = call.args.next();
    while (!call.args.done()) {
        if (!call.args.accept("SAMPLES", 1)) throw CommandError{text::kSyntax};
        if (call.args.next_integer() < 0) throw CommandError{text::kSyntax};
    }
    const store::Entry* entry = call.keys.find_entry(key);
    if (entry == nullptr) return call.reply.null();
    call.reply.integer(static_cast<std::int64_t>(entry->memory_bytes()));
}

constexpr Command kCommands[] = {
    {.name = "MEMORY",
     .summary = "A container for memory diagnostics commands.",
     .since = "4.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "MEMORY USAGE",
     .syntax = "key [SAMPLES count:integer]",
     .summary = "Estimates the memory usage of a key.",
     .since = "4.0.0",
     .complexity = "O(N) where N is the number of samples.",
     .group = Group::Server,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = usage},
    {.name = "MEMORY HELP",
     .syntax = "",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "4.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
};

}  // namespace

std::span<const Command> memory() { return kCommands; }

}  // namespace server::commands
