#include <chrono>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/test_command.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "server/testing/duration.h"

/// CLOCK: the server's time in the hands of a test, so that none has to sleep.
namespace server::commands {

namespace {

void advance(Call& call)
{
    const auto by = parse_duration(call.args.next());
    const auto now = call.server.clock.now();
    if (by > kEndOfTime - now) throw CommandError{"ERR the clock ends with the year 9999"};
    call.server.travel_to(now + by);
    call.reply.ok();
}

void set(Call& call)
{
    const auto ms = call.args.next_integer_in(
        0, kEndOfTime.time_since_epoch() / std::chrono::milliseconds{1},
        "ERR the moment must be a unix time in milliseconds, from 0 to the end of the year 9999");
    call.server.travel_to(store::TimePoint{std::chrono::milliseconds{ms}});
    call.reply.ok();
}

void freeze(Call& call)
{
    call.server.timekeeper.freeze();
    call.reply.ok();
}

void run(Call& call)
{
    call.server.timekeeper.resume();
    call.reply.ok();
}

constexpr std::string_view kComplexity = "O(N) where N is what happens on the way";

constexpr Command kCommands[] = {
    test_command("CLOCK", "", "A container for commands that move the server's time, for tests.",
                 "Depends on subcommand.", nullptr),
    test_command(
        "CLOCK ADVANCE", "duration",
        "Moves the time on, such as by 30s. All that is due on the way happens at its own moment.",
        kComplexity, advance),
    test_command("CLOCK FREEZE", "", "Lets the time stand still, until it is moved.", kComplexity,
                 freeze),
    test_help("CLOCK HELP", kComplexity),
    test_command("CLOCK RUN", "", "Lets a time that stands still go on, from where it is.",
                 kComplexity, run),
    test_command(
        "CLOCK SET", "unix-time-milliseconds:unix-time",
        "Sets the time. On the way to a later one all happens that is due; an earlier one brings "
        "nothing back.",
        kComplexity, set),
};

}  // namespace

std::span<const Command> clock() { return kCommands; }

}  // namespace server::commands
