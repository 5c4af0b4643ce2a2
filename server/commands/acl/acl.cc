#include <algorithm>

#include "server/access/rule_error.h"
#include "server/catalogue/acl_categories.h"
#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/execution/permission.h"
#include "server/secret.h"
#include "server/server.h"

namespace server::commands {

namespace {

CommandError wrong_use(const Call& call)
{
    return {"ERR unknown subcommand or wrong number of arguments for '{}'. Try ACL HELP.",
            call.request[1]};
}

void reply_category(Call& call, std::string_view category)
{
    const std::size_t start = call.reply.begin();
    std::size_t count = 0;
    for (const Command* command : call.server.commands.all()) {
        if (!is_in_acl_category(*command, category)) continue;
        call.reply.bulk(full_name(*command));
        ++count;
    }
    call.reply.end_array(start, count);
}

void cat(Call& call)
{
    if (call.args.remaining() > 1) throw wrong_use(call);
    if (call.args.done()) {
        const auto names = acl_category_names();
        call.reply.array(names.size());
        for (const auto name : names) call.reply.bulk(name);
        return;
    }
    const auto category = call.args.next();
    if (!is_acl_category(category)) throw CommandError{"ERR Unknown category '{}'", category};
    reply_category(call, category);
}

void genpass(Call& call)
{
    constexpr std::int64_t kMaxBits = 4096;
    constexpr std::int64_t kBitsPerDigit = 4;
    if (call.args.remaining() > 1) throw wrong_use(call);
    const std::int64_t bits = call.args.done() ? 256 : call.args.next_integer();
    if (bits <= 0 || bits > kMaxBits) {
        throw CommandError{
            "ERR ACL GENPASS argument must be the number of bits for the output password, a "
            "positive number up to {}",
            kMaxBits};
    }
    const std::int64_t digits = (bits + kBitsPerDigit - 1) / kBitsPerDigit;
    const std::string password = draw_secret(static_cast<std::size_t>(digits));
    if (password.empty()) throw CommandError{"ERR The system has no random numbers to give"};
    call.reply.bulk(password);
}

/// A request as an argument list: the command it asks for. Throws as if it were refused.
const Command& command_of(Call& call, Request request)
{
    const auto [command, unknown_subcommand] = call.server.commands.resolve(request);
    if (command == nullptr || unknown_subcommand)
        throw CommandError{"ERR Command '{}' not found", request[0]};
    if (!command->takes(request.size())) throw wrong_number_of_arguments(*command);
    return *command;
}

void dryrun(Call& call)
{
    const auto name = call.args.next();
    const access::User* const user = call.server.access.find(name);
    if (user == nullptr) throw CommandError{"ERR User '{}' not found", name};
    const Request request = call.args.rest();
    const Command& command = command_of(call, request);
    const Invocation tried{call.session, call.origin, request, call.reply};
    const auto denial = judge(call.server, *user, tried, command);
    if (!denial) return call.reply.ok();
    call.reply.bulk(access::full_text_of(*denial, user->name()));
}

void reply_entry(Call& call, const access::DenialLog::Entry& entry)
{
    protocol::ReplyWriter& reply = call.reply;
    const auto bulk = [&](std::string_view name, std::string_view value) {
        reply.bulk(name);
        reply.bulk(value);
    };
    const auto integer = [&](std::string_view name, std::int64_t value) {
        reply.bulk(name);
        reply.integer(value);
    };
    const std::int64_t age_ms =
        store::unix_ms(call.server.clock.now()) - store::unix_ms(entry.updated_at);
    reply.map(10);
    integer("count", static_cast<std::int64_t>(entry.count));
    bulk("reason", access::name_of(entry.reason));
    bulk("context", entry.context);
    bulk("object", entry.object);
    bulk("username", entry.user);
    reply.bulk("age-seconds");
    reply.number(static_cast<double>(age_ms) / 1000);
    bulk("client-info", entry.client);
    integer("entry-id", static_cast<std::int64_t>(entry.id));
    integer("timestamp-created", store::unix_ms(entry.created_at));
    integer("timestamp-last-updated", store::unix_ms(entry.updated_at));
}

void log(Call& call)
{
    constexpr std::int64_t kDefault = 10;
    if (call.args.remaining() > 1) throw wrong_use(call);
    if (call.args.accept("RESET")) {
        call.server.access.log().clear();
        return call.reply.ok();
    }
    const auto& entries = call.server.access.log().entries();
    const std::int64_t wanted = call.args.done() ? kDefault : call.args.next_integer();
    const std::int64_t count = std::clamp<std::int64_t>(wanted, 0, std::ssize(entries));
    call.reply.array(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i)
        reply_entry(call, entries[static_cast<std::size_t>(i)]);
}

void require_file(const Call& call)
{
    if (!call.server.options.acl_file.empty()) return;
    throw CommandError{
        "ERR This Redis instance is not configured to use an ACL file. You may want to specify "
        "users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a "
        "Redis configuration file set) in order to store users in the Redis configuration."};
}

void load(Call& call)
{
    require_file(call);
    try {
        call.server.access.load_file();
    } catch (const access::RuleError& error) {
        throw CommandError{"ERR {}", error.what()};
    }
    call.reply.ok();
}

void save(Call& call)
{
    require_file(call);
    if (!call.server.access.save_file()) {
        throw CommandError{
            "ERR There was an error trying to save the ACLs. Please check the server logs for more "
            "information"};
    }
    call.reply.ok();
}

constexpr std::uint32_t kForAll = kNoscript | kLoading | kStale;
constexpr std::uint32_t kFlags = kAdmin | kForAll;
constexpr std::string_view kPerUser = "O(N). Where N is the number of configured users.";

constexpr Command kCommands[] = {
    {.name = "ACL",
     .summary = "A container for Access List Control commands.",
     .since = "6.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "ACL CAT",
     .syntax = "[category]",
     .summary = "Lists the ACL categories, or the commands inside a category.",
     .since = "6.0.0",
     .complexity = "O(1) since the categories and commands are a fixed set.",
     .group = Group::Server,
     .flags = kForAll,
     .run = cat},
    {.name = "ACL DRYRUN",
     .syntax = "username command [arg [arg ...]]",
     .summary = "Simulates the execution of a command by a user, without executing the command.",
     .since = "7.0.0",
     .complexity = "O(1).",
     .group = Group::Server,
     .flags = kFlags,
     .run = dryrun},
    {.name = "ACL GENPASS",
     .syntax = "[bits:integer]",
     .summary = "Generates a pseudorandom, secure password that can be used to identify ACL users.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kForAll,
     .run = genpass},
    {.name = "ACL HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "ACL LOAD",
     .summary = "Reloads the rules from the configured ACL file.",
     .since = "6.0.0",
     .complexity = kPerUser,
     .group = Group::Server,
     .flags = kFlags,
     .run = load},
    {.name = "ACL LOG",
     .syntax = "[count:integer | RESET]",
     .summary = "Lists recent security events generated due to ACL rules.",
     .since = "6.0.0",
     .complexity = "O(N) with N being the number of entries shown.",
     .group = Group::Server,
     .flags = kFlags,
     .run = log},
    {.name = "ACL SAVE",
     .summary = "Saves the effective ACL rules in the configured ACL file.",
     .since = "6.0.0",
     .complexity = kPerUser,
     .group = Group::Server,
     .flags = kFlags,
     .run = save,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> acl() { return kCommands; }

}  // namespace server::commands
