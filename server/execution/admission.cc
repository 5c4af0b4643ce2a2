#include "server/execution/admission.h"

#include <utility>

#include "server/catalogue/command_table.h"
#include "server/clients/client_line.h"
#include "server/clients/session.h"
#include "server/execution/command_error.h"
#include "server/execution/permission.h"
#include "server/server.h"

namespace server {

namespace {

/// A set of origins.
enum Origins : unsigned {
    kClients = 1U << static_cast<unsigned>(Origin::Client),
    kGateways = 1U << static_cast<unsigned>(Origin::Gateway),
    kScripts = 1U << static_cast<unsigned>(Origin::Script),
    kReplays = 1U << static_cast<unsigned>(Origin::Replay),
    // EXEC runs what was checked when it was queued, but for the rights of its user.
    kOutside = kClients | kGateways,
};

// A check: the origins it holds for, when it fails, and what is said then.

struct CheckArity
{
    static constexpr unsigned kOrigins = kOutside | kReplays;
    static bool fails(const Server&, const Invocation& invocation, const Command& command)
    {
        return command.run == nullptr || !command.takes(invocation.request.size());
    }
    static CommandError error(const Command& command) { return wrong_number_of_arguments(command); }
};

struct CheckScriptArity
{
    static constexpr unsigned kOrigins = kScripts;
    static bool fails(const Server& server, const Invocation& invocation, const Command& command)
    {
        return CheckArity::fails(server, invocation, command);
    }
    static CommandError error(const Command&)
    {
        return CommandError{"ERR Wrong number of args calling Redis command from script"};
    }
};

struct CheckScript
{
    static constexpr unsigned kOrigins = kScripts;
    static bool fails(const Server&, const Invocation&, const Command& command)
    {
        return command.has(kNoscript);
    }
    static CommandError error(const Command&)
    {
        return CommandError{"ERR This Redis command is not allowed from script"};
    }
};

/// For scripts that only read, a message that is published is a write, too.
struct CheckReadOnlyScript
{
    static constexpr unsigned kOrigins = kScripts;
    static bool fails(const Server& server, const Invocation&, const Command& command)
    {
        return server.running_script.read_only &&
               (command.has(kWrite) || command.has(kMayReplicate));
    }
    static CommandError error(const Command&)
    {
        return CommandError{"ERR Write commands are not allowed from read-only scripts."};
    }
};

struct CheckBusy
{
    static constexpr unsigned kOrigins = kOutside;
    static bool fails(const Server& server, const Invocation&, const Command& command)
    {
        return server.running_script.slow && !command.has(kAllowBusy);
    }
    static CommandError error(const Server& server)
    {
        return CommandError{server.running_script.is_function ? text::kBusyFunction
                                                              : text::kBusyScript};
    }
};

/// Commands that an option must allow when the server is started.
struct CheckProtected
{
    static constexpr unsigned kOrigins = kOutside;
    static bool fails(const Server& server, const Invocation& invocation, const Command& command)
    {
        if (!command.has(kProtected) && !command.has(kForTests)) return false;
        const Options& options = server.options;
        const std::string& allowed =
            command.has(kForTests) ? options.enable_test_commands : options.enable_debug_command;
        return allowed == "no" || (allowed == "local" && !is_local(invocation.session));
    }
    static CommandError error(const Command& command)
    {
        return {
            "ERR {} command not allowed. If the {} option is set to \"local\", you can run it "
            "from a local connection, otherwise you need to set this option in the "
            "configuration file, and then restart the server.",
            container_of(command),
            command.has(kForTests) ? "enable-test-commands" : "enable-debug-command"};
    }
};

struct CheckAuthenticated
{
    static constexpr unsigned kOrigins = kOutside;
    static bool fails(const Server&, const Invocation& invocation, const Command& command)
    {
        return !invocation.session.authenticated && !command.has(kNoAuth);
    }
    static CommandError error(const Command&) { return CommandError{text::kNoAuth}; }
};

struct CheckTransaction
{
    static constexpr unsigned kOrigins = kClients;
    static bool fails(const Server&, const Invocation& invocation, const Command& command)
    {
        return invocation.session.transaction.open && command.has(kNoMulti);
    }
    static CommandError error(const Command&)
    {
        return CommandError{"ERR Command not allowed inside a transaction"};
    }
};

/// What the user may do. What is said if they may not depends on more than the command.
struct CheckPermission
{
    static constexpr unsigned kOrigins =
        kOutside | kScripts | 1U << static_cast<unsigned>(Origin::Transaction);
    static void require(Server& server, const Invocation& invocation, const Command& command)
    {
        if (invocation.session.limits != nullptr) [[unlikely]]
            require_permission(server, invocation, command);
    }
};

/// Whether a command has the flag, or is EXEC and would run one that has.
bool has_or_runs(const Invocation& invocation, const Command& command, Flag flag)
{
    if (command.has(flag)) return true;
    return (invocation.session.transaction.flags & flag) != 0 && command.name == "EXEC";
}

/// Makes room before any command, whatever it needs. A transaction that is being collected needs
/// some with each.
struct CheckMemory
{
    static constexpr unsigned kOrigins = kOutside;
    static void require(Server& server, const Invocation& invocation, const Command& command)
    {
        if (server.options.max_memory != 0 && !server.running_script.running) [[unlikely]]
            make_room(server, invocation.session);
        if (!server.over_memory_limit) [[likely]]
            return;
        const bool is_queued = invocation.session.transaction.open && !command.has(kNotQueued);
        if (is_queued || has_or_runs(invocation, command, kDenyOom)) throw error(command);
    }
    static CommandError error(const Command&) { return CommandError{text::kOverMemoryLimit}; }

private:
    /// What a client is told of evicted keys comes before its reply, and not after it.
    static void make_room(Server& server, Session& session)
    {
        const bool was_running = std::exchange(session.running, false);
        server.over_memory_limit = server.evictor.make_room() == Evictor::Outcome::Nothing;
        session.running = was_running;
    }
};

/// A script that has begun to write may go on: half of its work would be worse than all of it.
struct CheckScriptMemory
{
    static constexpr unsigned kOrigins = kScripts;
    static bool fails(const Server& server, const Invocation& invocation, const Command& command)
    {
        const RunningScript& script = server.running_script;
        return server.over_memory_limit && has_or_runs(invocation, command, kDenyOom) &&
               !script.allow_oom && !script.changed_something;
    }
    static CommandError error(const Command& command) { return CheckMemory::error(command); }
};

/// PING, too, so that whoever watches over the server learns of it.
struct CheckDisk
{
    static constexpr unsigned kOrigins = kOutside | kScripts;
    static bool fails(const Server& server, const Invocation& invocation, const Command& command)
    {
        return (server.writes_stopped || !server.log_error.empty()) &&
               (has_or_runs(invocation, command, kWrite) ||
                (command.name == "PING" && invocation.origin != Origin::Script));
    }
    static CommandError error(const Server& server)
    {
        if (server.writes_stopped) return CommandError{text::kCannotSave};
        return {"MISCONF Errors writing to the AOF file: {}", server.log_error};
    }
};

struct CheckLoading
{
    static constexpr unsigned kOrigins = kOutside;
    static bool fails(const Server& server, const Invocation&, const Command& command)
    {
        return server.loading && !command.has(kLoading);
    }
    static CommandError error(const Command&)
    {
        return CommandError{"LOADING Redis is loading the dataset in memory"};
    }
};

/// In RESP2 a message would look like the reply to something else.
struct CheckSubscribed
{
    static constexpr unsigned kOrigins = kClients;
    static bool fails(const Server&, const Invocation& invocation, const Command& command)
    {
        const Session& session = invocation.session;
        return session.protocol == protocol::Version::Resp2 && session.subscriptions.any() &&
               !command.has(kWhileSubscribed);
    }
    static CommandError error(const Command& command)
    {
        return {
            "ERR Can't execute '{}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET "
            "are allowed in this context",
            full_name(command)};
    }
};

/// Redis takes a client that monitors for a replica.
struct CheckMonitor
{
    static constexpr unsigned kOrigins = kClients;
    static bool fails(const Server&, const Invocation& invocation, const Command& command)
    {
        constexpr std::uint32_t kTouchKeys = kWrite | kReadonly | kMayReplicate;
        return invocation.session.is_monitor && (command.flags & kTouchKeys) != 0;
    }
    static CommandError error(const Command&)
    {
        return CommandError{"ERR Replica can't interact with the keyspace"};
    }
};

template <class... Check>
struct List
{};

// In Redis's order.
using Checks =
    List<CheckArity, CheckScriptArity, CheckScript, CheckProtected, CheckAuthenticated,
         CheckTransaction, CheckPermission, CheckReadOnlyScript, CheckMemory, CheckScriptMemory,
         CheckDisk, CheckSubscribed, CheckLoading, CheckBusy, CheckMonitor>;

template <class Check>
[[noreturn, gnu::cold, gnu::noinline]] void refuse(const Server& server, const Command& command)
{
    if constexpr (requires { Check::error(server); }) {
        throw Check::error(server);
    } else {
        throw Check::error(command);
    }
}

// What an origin need not pass is not even compiled for it: this runs for every request.
template <Origin origin, class... Check>
void apply(List<Check...>, Server& server, const Invocation& invocation, const Command& command)
{
    const auto apply_one = [&]<class One>(List<One>) {
        if constexpr ((One::kOrigins >> static_cast<unsigned>(origin) & 1) != 0) {
            if constexpr (requires { One::require(server, invocation, command); }) {
                One::require(server, invocation, command);
            } else if (One::fails(server, invocation, command)) [[unlikely]] {
                refuse<One>(server, command);
            }
        }
    };
    (apply_one(List<Check>{}), ...);
}

}  // namespace

void admit(Server& server, const Invocation& invocation, const Command& command)
{
    switch (invocation.origin) {
        case Origin::Client: return apply<Origin::Client>(Checks{}, server, invocation, command);
        case Origin::Transaction:
            return apply<Origin::Transaction>(Checks{}, server, invocation, command);
        case Origin::Script: return apply<Origin::Script>(Checks{}, server, invocation, command);
        case Origin::Replay: return apply<Origin::Replay>(Checks{}, server, invocation, command);
        case Origin::Gateway: return apply<Origin::Gateway>(Checks{}, server, invocation, command);
    }
}

}  // namespace server
