#include "server/access/rule_error.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

using access::Selector;
using access::User;

void setuser(Call& call)
{
    const auto name = call.args.next();
    if (!access::is_one_word(name))
        throw CommandError{"ERR Usernames can't contain spaces or null characters"};
    try {
        call.server.access.set_user(name, call.args.rest());
    } catch (const access::RuleError& error) {
        throw CommandError{"ERR {}", error.what()};
    }
    call.reply.ok();
}

void deluser(Call& call)
{
    std::int64_t deleted = 0;
    for (const auto name : call.args.rest()) {
        if (name == "default") throw CommandError{"ERR The 'default' user cannot be removed"};
        deleted += call.server.access.delete_user(name) ? 1 : 0;
    }
    call.reply.integer(deleted);
}

void reply_selector(protocol::ReplyWriter& reply, const Selector& selector)
{
    reply.bulk("commands");
    reply.bulk(selector.commands_text());
    reply.bulk("keys");
    reply.bulk(selector.keys_text());
    reply.bulk("channels");
    reply.bulk(selector.channels_text());
}

void getuser(Call& call)
{
    const User* const user = call.server.access.find(call.args.next());
    if (user == nullptr) return call.reply.null();
    protocol::ReplyWriter& reply = call.reply;
    reply.map(6);
    reply.bulk("flags");
    const auto flags = user->flags();
    reply.set(flags.size());
    for (const auto flag : flags) reply.bulk(flag);
    reply.bulk("passwords");
    reply.array(user->passwords().size());
    for (const std::string& hash : user->passwords()) reply.bulk(hash);
    reply_selector(reply, user->selectors().front());
    reply.bulk("selectors");
    const auto others = std::span{user->selectors()}.subspan(1);
    reply.array(others.size());
    for (const Selector& selector : others) {
        reply.map(3);
        reply_selector(reply, selector);
    }
}

void list(Call& call)
{
    const auto& users = call.server.access.users().all();
    call.reply.array(users.size());
    for (const auto& [name, user] : users) call.reply.bulk(user->text());
}

void users(Call& call)
{
    const auto& users = call.server.access.users().all();
    call.reply.array(users.size());
    for (const auto& [name, user] : users) call.reply.bulk(name);
}

void whoami(Call& call) { call.reply.bulk(call.session.user->name()); }

constexpr std::uint32_t kFlags = kAdmin | kNoscript | kLoading | kStale;
constexpr std::string_view kPerUser = "O(N). Where N is the number of configured users.";
constexpr std::string_view kAllNodes = "request_policy:all_nodes response_policy:all_succeeded";

constexpr Command kCommands[] = {
    {.name = "ACL DELUSER",
     .syntax = "username [username ...]",
     .summary = "Deletes ACL users, and terminates their connections.",
     .since = "6.0.0",
     .complexity = "O(1) amortized time considering the typical user.",
     .group = Group::Server,
     .flags = kFlags,
     .run = deluser,
     .tips = kAllNodes},
    {.name = "ACL GETUSER",
     .syntax = "username",
     .summary = "Lists the ACL rules of a user.",
     .since = "6.0.0",
     .complexity = "O(N). Where N is the number of password, command and pattern rules that the "
                   "user has.",
     .group = Group::Server,
     .flags = kFlags,
     .run = getuser},
    {.name = "ACL LIST",
     .summary = "Dumps the effective rules in ACL file format.",
     .since = "6.0.0",
     .complexity = kPerUser,
     .group = Group::Server,
     .flags = kFlags,
     .run = list},
    {.name = "ACL SETUSER",
     .syntax = "username [rule [rule ...]]",
     .summary = "Creates and modifies an ACL user and its rules.",
     .since = "6.0.0",
     .complexity = "O(N). Where N is the number of rules provided.",
     .group = Group::Server,
     .flags = kFlags,
     .run = setuser,
     .tips = kAllNodes},
    {.name = "ACL USERS",
     .summary = "Lists all ACL users.",
     .since = "6.0.0",
     .complexity = kPerUser,
     .group = Group::Server,
     .flags = kFlags,
     .run = users},
    {.name = "ACL WHOAMI",
     .summary = "Returns the authenticated username of the current connection.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kNoscript | kLoading | kStale,
     .run = whoami},
};

}  // namespace

std::span<const Command> acl_user() { return kCommands; }

}  // namespace server::commands
