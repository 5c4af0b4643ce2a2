#include "server/commands/scripting/script_request.h"

#include "server/execution/show.h"
#include "server/server.h"

namespace server::commands {

scripting::Arguments next_script_arguments(Args& args, Access access, std::string_view not_a_number)
{
    const std::int64_t count = args.next_integer(not_a_number);
    if (count < 0) throw CommandError{"ERR Number of keys can't be negative"};
    if (static_cast<std::uint64_t>(count) > args.remaining())
        throw CommandError{"ERR Number of keys can't be greater than number of args"};
    const auto keys = args.next_many(static_cast<std::size_t>(count));
    return {.keys = keys, .others = args.rest(), .read_only = access == Access::ReadOnly};
}

void show_first(Call& call)
{
    const Server& server = call.server;
    if (server.monitors.any())
        show_to_monitors(server, call.session, call.origin, call.command, call.request);
}

void kill_running(Call& call, Kill kill)
{
    RunningScript& running = call.server.running_script;
    if (!running.running) throw CommandError{"NOTBUSY No scripts in execution right now."};
    if (running.changed_something) {
        throw CommandError{
            "UNKILLABLE Sorry the script already executed write commands against the dataset. You "
            "can either wait the script termination or kill the server in a hard way using the "
            "SHUTDOWN NOSAVE command."};
    }
    if (running.is_function != (kill == Kill::Function))
        throw CommandError{running.is_function ? text::kBusyFunction : text::kBusyScript};
    running.killed = true;
    call.reply.ok();
}

}  // namespace server::commands
