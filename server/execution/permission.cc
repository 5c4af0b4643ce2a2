#include "server/execution/permission.h"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "server/catalogue/keys.h"
#include "server/execution/call.h"
#include "server/execution/command_error.h"
#include "server/server.h"

namespace server {

namespace {

std::string_view context_of(const Invocation& invocation)
{
    const bool queued =
        invocation.origin == Origin::Transaction || invocation.session.transaction.open;
    if (invocation.origin == Origin::Script) return "lua";
    return queued ? "multi" : "toplevel";
}

/// Why EXEC leaves out a command that its user was allowed when it was queued.
std::string_view reason_of(access::Reason reason)
{
    switch (reason) {
        case access::Reason::Command: return "no permission to execute the command or subcommand";
        case access::Reason::Key: return "no permission to touch the specified keys";
        case access::Reason::Channel:
            return "no permission to access one of the channels used as arguments to the command";
        case access::Reason::Login: break;
    }
    return "no permission";
}

CommandError error_of(const access::Denial& denial, const Invocation& invocation)
{
    const std::string text = access::text_of(denial, invocation.session.user->name());
    switch (invocation.origin) {
        case Origin::Script: return CommandError{"ERR ACL failure in script: {}", text};
        case Origin::Transaction:
            return {
                "NOPERM ACLs rules changed between the moment the transaction was accumulated and "
                "the EXEC call. This command is no longer allowed for the following reason: {}",
                reason_of(denial.reason)};
        default: return CommandError{"NOPERM {}", text};
    }
}

/// The keys that a request touches without naming them. One that is refused anyway touches none.
std::vector<DerivedKey> derived_keys(Server& server, const Invocation& invocation,
                                     const Command& command)
{
    std::vector<DerivedKey> keys;
    const auto least = static_cast<std::size_t>(std::abs(command.arity));
    if (command.derived_keys == nullptr || invocation.request.size() < least) return keys;
    Call call{server,
              invocation,
              command,
              server.databases[invocation.session.database],
              invocation.request.subspan(static_cast<std::size_t>(command.words)),
              kFirstRun};
    try {
        command.derived_keys(call, keys);
    } catch (const CommandError&) {
        return {};
    } catch (const store::Error&) {
        return {};
    }
    return keys;
}

/// Calls `use(needs)` with what the request needs.
template <class Use>
auto with_needs(Server& server, const access::User& user, const Invocation& invocation,
                const Command& command, Use&& use)
{
    std::vector<FoundKey>& found = server.access.found_keys;
    std::vector<DerivedKey> derived;
    found.clear();
    if (!user.may_touch_all_keys()) {
        find_all_keys(command, invocation.request, found);
        derived = derived_keys(server, invocation, command);
    }
    return use(access::Needs{command, invocation.request, found, derived});
}

}  // namespace

std::optional<access::Denial> judge(Server& server, const access::User& user,
                                    const Invocation& invocation, const Command& command)
{
    return with_needs(server, user, invocation, command,
                      [&](const access::Needs& needs) { return user.judge(needs); });
}

void require_permission(Server& server, const Invocation& invocation, const Command& command)
{
    const auto denial = judge(server, *invocation.session.limits, invocation, command);
    if (!denial) return;
    const bool in_script = invocation.origin == Origin::Script;
    if (invocation.origin == Origin::Client) invocation.session.last_command = &command;
    const Session& client = in_script ? *server.running_script.caller : invocation.session;
    server.access.note(*denial, context_of(invocation), client, invocation.session.user->name());
    throw error_of(*denial, invocation);
}

bool may_read_all_keys(const Call& call)
{
    const access::User* const user = call.session.limits;
    if (user == nullptr) return true;
    const Invocation invocation{call.session, call.origin, call.request, call.reply};
    return with_needs(
        call.server, *user, invocation, call.command,
        [&](const access::Needs& needs) { return user->may_touch_all_keys_with(needs, kReadKey); });
}

}  // namespace server
