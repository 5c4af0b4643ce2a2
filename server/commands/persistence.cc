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

/// In a transaction it begins after it.
void bgsave(Call& call)
{
    const bool may_wait = call.args.accept("SCHEDULE");
    call.args.expect_end();
    Persistence& persistence = *call.server.persistence;
    if (persistence.is_saving()) throw CommandError{kInProgress};
    if (persistence.is_rewriting() && !may_wait) {
        throw CommandError{
            "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE "
            "SCHEDULE in order to schedule a BGSAVE whenever possible."};
    }
    if (call.origin == Origin::Transaction || persistence.is_rewriting()) {
        persistence.schedule_saving();
        return call.reply.simple("Background saving scheduled");
    }
    persistence.begin_saving();
    call.reply.simple("Background saving started");
}

/// Likewise.
void bgrewriteaof(Call& call)
{
    Persistence& persistence = *call.server.persistence;
    if (persistence.is_rewriting()) {
        throw CommandError{"ERR Background append only file rewriting already in progress"};
    }
    if (call.origin == Origin::Transaction || persistence.is_saving()) {
        persistence.schedule_rewriting();
        return call.reply.simple("Background append only file rewriting scheduled");
    }
    persistence.begin_rewriting();
    if (!persistence.is_rewriting()) {
        throw CommandError{
            "ERR Can't execute an AOF background rewriting. Please check the server logs for more "
            "information."};
    }
    call.reply.simple("Background append only file rewriting started");
}

void lastsave(Call& call)
{
    const auto last = call.server.persistence->last_save();
    call.reply.integer(std::chrono::floor<std::chrono::seconds>(last).time_since_epoch().count());
}

constexpr Command kCommands[] = {
    {.name = "BGREWRITEAOF",
     .summary = "Asynchronously rewrites the append-only file to disk.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kNoAsyncLoading,
     .run = bgrewriteaof},
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
