#include <limits>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

store::Deadline next_end(Args& args, const store::Clock& clock)
{
    const auto timeout = args.next_integer("ERR timeout is not an integer or out of range");
    if (timeout < 0) throw CommandError{"ERR timeout is negative"};
    const auto now = clock.now_ms();
    if (timeout > std::numeric_limits<std::int64_t>::max() - now.time_since_epoch().count())
        throw CommandError{"ERR timeout is out of range"};
    return now + std::chrono::milliseconds{timeout};
}

Pause::Scope next_scope(Args& args)
{
    if (args.done() || args.accept("ALL")) return Pause::Scope::All;
    if (args.accept("WRITE")) return Pause::Scope::Writes;
    throw CommandError{"ERR CLIENT PAUSE mode must be WRITE or ALL"};
}

void pause(Call& call)
{
    if (call.args.remaining() > 2 && !call.server.dialect.has(Difference::LongPause)) {
        throw CommandError{
            "ERR unknown subcommand or wrong number of arguments for 'PAUSE'. Try CLIENT HELP."};
    }
    const store::Deadline ends_at = next_end(call.args, call.server.clock);
    const Pause::Scope scope = next_scope(call.args);
    call.server.pause_clients(scope, ends_at);
    call.reply.ok();
}

void unpause(Call& call)
{
    call.server.unpause_clients();
    call.reply.ok();
}

constexpr std::uint32_t kFlags = kAdmin | kNoscript | kLoading | kStale;

constexpr Command kCommands[] = {
    {.name = "CLIENT PAUSE",
     .syntax = "timeout:integer [WRITE | ALL]",
     .summary = "Suspends commands processing.",
     .since = "3.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kFlags,
     .run = pause},
    {.name = "CLIENT UNPAUSE",
     .summary = "Resumes processing commands from paused clients.",
     .since = "6.2.0",
     .complexity = "O(N) Where N is the number of paused clients",
     .group = Group::Connection,
     .flags = kFlags,
     .run = unpause},
};

}  // namespace

std::span<const Command> client_pause() { return kCommands; }

}  // namespace server::commands
