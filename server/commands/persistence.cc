#include "server/persistence/persistence.h"

#include <chrono>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

constexpr std::string_view kInProgress = "ERR Background save already in progress";

void save(Call& call)
{
    Persistence& persistence = *call.server.persistence;
    if (persistence.is_saving()) throw CommandError{kInProgress};
    if (!persistence.save()) throw CommandError{"ERR"};
    call.reply.ok();
}

/// There is no rewriting of a log that SCHEDULE could wait for. In a transaction it begins after
/// it.
void bgsave(Call& call)
{
    if (!call.args.done() && !(call.args.remaining() == 1 && call.args.accept("SCHEDULE")))
        throw CommandError{text::kSyntax};
    Persistence& persistence = *call.server.persistence;
    if (persistence.is_saving()) throw CommandError{kInProgress};
    if (call.origin == Origin::Transaction) {
        persistence.schedule_saving();
        return call.reply.simple("Background saving scheduled");
    }
    persistence.begin_saving();
    call.reply.simple("Background saving started");
}

void lastsave(Call& call)
{
    const auto last = call.server.persistence->last_save();
    call.reply.integer(std::chrono::floor<std::chrono::seconds>(last).time_since_epoch().count());
}

constexpr Command kCommands[] = {
    {.name = "BGSAVE",
     .syntax = "[SCHEDULE]",
     .summary = "Asynchronously saves the database(s) to disk.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kNoAsyncLoading,
     .run = bgsave},
    {.name = "LASTSAVE",
     .summary = "Returns the Unix timestamp of the last successful save to disk.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale | kFast | kAdminCategory,
     .run = lastsave,
     .tips = "nondeterministic_output"},
    {.name = "SAVE",
     .summary = "Synchronously saves the database(s) to disk.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the total number of keys in all databases",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kNoAsyncLoading | kNoMulti,
     .run = save},
};

}  // namespace

std::span<const Command> persistence() { return kCommands; }

}  // namespace server::commands
