#include <limits>
#include <optional>
#include <vector>

#include "ascii/integer.h"
#include "server/catalogue/command.h"
#include "server/clients/client_line.h"
#include "server/commands/client/client_name.h"
#include "server/commands/client/client_type.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/number.h"

namespace server::commands {

namespace {

void id(Call& call) { call.reply.integer(static_cast<std::int64_t>(call.session.id)); }

void info(Call& call)
{
    call.reply.verbatim("txt", client_line(call.session, call.server.clock.now()));
}

void getname(Call& call)
{
    if (call.session.name.empty()) return call.reply.null();
    call.reply.bulk(call.session.name);
}

void setname(Call& call)
{
    const auto name = call.args.next();
    check_client_name(name);
    take_client_name(call, name);
    call.reply.ok();
}

void setinfo(Call& call)
{
    const auto attribute = call.args.next();
    const auto value = call.args.next();
    const bool is_name = is_word(attribute, "LIB-NAME");
    if (!is_name && !is_word(attribute, "LIB-VER"))
        throw CommandError{"ERR Unrecognized option '{}'", attribute};
    if (!is_client_attribute(value)) {
        throw CommandError{"ERR {} cannot contain spaces, newlines or special characters.",
                           attribute};
    }
    auto& library = is_name ? call.session.library_name : call.session.library_version;
    library = value;
    call.reply.ok();
}

bool next_switch(Args& args)
{
    if (args.accept("ON")) return true;
    if (args.accept("OFF")) return false;
    throw CommandError{text::kSyntax};
}

void no_evict(Call& call)
{
    call.session.no_evict = next_switch(call.args);
    call.reply.ok();
}

void no_touch(Call& call)
{
    call.session.no_touch = next_switch(call.args);
    call.reply.ok();
}

void reply(Call& call)
{
    if (call.args.accept("ON")) {
        call.session.reply_mode = ReplyMode::On;
        return call.reply.ok();
    }
    if (call.args.accept("OFF")) {
        call.session.reply_mode = ReplyMode::Off;
        return;
    }
    if (!call.args.accept("SKIP")) throw CommandError{text::kSyntax};
    if (call.session.reply_mode != ReplyMode::Off) call.session.reply_mode = ReplyMode::SkipNext;
}

constexpr std::string_view kSmallClientId = "ERR client-id should be greater than 0";

/// Valkey takes no number below 1.
std::int64_t next_listed_id(Call& call)
{
    if (!call.server.dialect.has(Difference::StrictClientIds))
        return call.args.next_integer("ERR Invalid client ID");
    const auto number = call.args.next_integer(text::kSyntax);
    if (number < 1) throw CommandError{kSmallClientId};
    return number;
}

void list(Call& call)
{
    const auto now = call.server.clock.now();
    std::string lines;
    if (call.args.remaining() == 2 && call.args.accept("TYPE")) {
        const ClientType type = parse_client_type(call.args.next());
        for (const auto& [number, session] : call.server.sessions) {
            if (type_of(*session) == type) lines += client_line(*session, now);
        }
    } else if (call.args.accept("ID", 1)) {
        while (!call.args.done()) {
            const auto number = next_listed_id(call);
            const auto* session = call.server.sessions.find(static_cast<std::uint64_t>(number));
            if (session != nullptr) lines += client_line(*session, now);
        }
    } else {
        call.args.expect_end();
        for (const auto& [number, session] : call.server.sessions)
            lines += client_line(*session, now);
    }
    call.reply.verbatim("txt", lines);
}

/// Which clients CLIENT KILL means; what is not given matches all.
struct Filter
{
    std::optional<std::uint64_t> id = {};
    std::optional<std::string_view> address = {};
    std::optional<std::string_view> local_address = {};
    std::optional<ClientType> type = {};
    const access::User* user = nullptr;
    bool skip_me = true;

    bool matches(const Session& session) const
    {
        return (!id || session.id == *id) && (!type || type_of(session) == *type) &&
               (user == nullptr || session.user == user) &&
               (!address || remote_address(session) == *address) &&
               (!local_address || server::local_address(session) == *local_address);
    }
};

Filter next_filter(Call& call)
{
    Args& args = call.args;
    Filter filter;
    while (!args.done()) {
        if (args.accept("ID", 1)) {
            const bool is_strict = call.server.dialect.has(Difference::StrictClientIds);
            const auto number = args.next_integer(is_strict ? text::kSyntax : kSmallClientId);
            if (number < 1) throw CommandError{kSmallClientId};
            filter.id = static_cast<std::uint64_t>(number);
        } else if (args.accept("TYPE", 1)) {
            filter.type = parse_client_type(args.next());
        } else if (args.accept("ADDR", 1)) {
            filter.address = args.next();
        } else if (args.accept("LADDR", 1)) {
            filter.local_address = args.next();
        } else if (args.accept("USER", 1)) {
            const auto name = args.next();
            filter.user = call.server.access.find(name);
            if (filter.user == nullptr) throw CommandError{"ERR No such user '{}'", name};
        } else if (args.accept("SKIPME", 1)) {
            filter.skip_me = args.accept("YES");
            if (!filter.skip_me && !args.accept("NO")) throw CommandError{text::kSyntax};
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return filter;
}

/// Kills the clients that match and returns how many. The caller's own connection is closed only
/// after the reply.
std::int64_t kill_clients(Call& call, const Filter& filter)
{
    std::vector<std::uint64_t> victims;
    for (const auto& [number, session] : call.server.sessions) {
        const bool spared = filter.skip_me && session == &call.session;
        if (!spared && filter.matches(*session)) victims.push_back(number);
    }
    for (const std::uint64_t victim : victims) {
        Session* session = call.server.sessions.find(victim);
        if (session == nullptr) continue;
        if (session != &call.session && session->peer != nullptr) {
            session->peer->kill();
        } else {
            session->close_after_reply = true;
        }
    }
    return static_cast<std::int64_t>(victims.size());
}

void kill(Call& call)
{
    // Redis's first form, CLIENT KILL address, does not spare the caller and answers OK.
    if (call.args.remaining() == 1) {
        const Filter filter{.address = call.args.next(), .skip_me = false};
        if (kill_clients(call, filter) == 0) throw CommandError{"ERR No such client"};
        return call.reply.ok();
    }
    const Filter filter = next_filter(call);
    call.reply.integer(kill_clients(call, filter));
}

void unblock(Call& call)
{
    if (call.args.remaining() > 2) {
        throw CommandError{
            "ERR unknown subcommand or wrong number of arguments for 'UNBLOCK'. Try CLIENT HELP."};
    }
    const auto number = call.args.next();
    bool as_error = false;
    if (!call.args.done()) {
        as_error = call.args.accept("ERROR");
        if (!as_error && !call.args.accept("TIMEOUT"))
            throw CommandError{"ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"};
    }
    const auto id = ascii::parse_integer(number);
    if (!id) throw CommandError{text::kNotAnInteger};
    Session* session = call.server.sessions.find(static_cast<std::uint64_t>(*id));
    // One that CLIENT PAUSE holds waits for nothing that could be given up.
    if (session == nullptr || call.server.blocked.find(*session) == nullptr)
        return call.reply.integer(0);
    if (as_error) {
        call.server.executor.interrupt(*session, text::kUnblocked);
    } else {
        call.server.executor.give_up(*session);
    }
    call.reply.integer(1);
}

constexpr std::uint32_t kOwn = kNoscript | kLoading | kStale;
constexpr std::uint32_t kOthers = kAdmin | kOwn;

constexpr Command kCommands[] = {
    {.name = "CLIENT",
     .summary = "A container for client connection commands.",
     .since = "2.4.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Connection,
     .flags = kSentinel,
     .arity_override = -2},
    {.name = "CLIENT GETNAME",
     .summary = "Returns the name of the connection.",
     .since = "2.6.9",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = getname},
    {.name = "CLIENT HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "5.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "CLIENT ID",
     .summary = "Returns the unique client ID of the connection.",
     .since = "5.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = id},
    {.name = "CLIENT INFO",
     .summary = "Returns information about the connection.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = info,
     .tips = "nondeterministic_output"},
    {.name = "CLIENT KILL",
     .syntax = "<ip:port:string | [ID client-id:integer] [TYPE <NORMAL | MASTER | SLAVE | REPLICA "
               "| PUBSUB>] "
               "[USER username] [ADDR ip:port:string] [LADDR ip:port:string] [SKIPME <YES | NO>]>",
     .summary = "Closes connections.",
     .since = "2.4.0",
     .complexity = "O(N) where N is the number of client connections",
     .group = Group::Connection,
     .flags = kOthers,
     .run = kill,
     .arity_override = -3},
    {.name = "CLIENT LIST",
     .syntax = "[TYPE <NORMAL | MASTER | REPLICA | PUBSUB>] [ID client-id:integer "
               "[client-id:integer ...]]",
     .summary = "Lists open connections.",
     .since = "2.4.0",
     .complexity = "O(N) where N is the number of client connections",
     .group = Group::Connection,
     .flags = kOthers,
     .run = list,
     .tips = "nondeterministic_output"},
    {.name = "CLIENT NO-EVICT",
     .syntax = "<ON | OFF>",
     .summary = "Sets the client eviction mode of the connection.",
     .since = "7.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOthers,
     .run = no_evict},
    {.name = "CLIENT NO-TOUCH",
     .syntax = "<ON | OFF>",
     .summary = "Controls whether commands sent by the client affect the LRU/LFU of accessed keys.",
     .since = "7.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = no_touch},
    {.name = "CLIENT REPLY",
     .syntax = "<ON | OFF | SKIP>",
     .summary = "Instructs the server whether to reply to commands.",
     .since = "3.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn | kNoMulti,  // or EXEC's reply would lack some of its elements
     .run = reply},
    {.name = "CLIENT SETINFO",
     .syntax = "<LIB-NAME libname | LIB-VER libver>",
     .summary = "Sets information specific to the client or connection.",
     .since = "7.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = setinfo,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "CLIENT SETNAME",
     .syntax = "connection-name",
     .summary = "Sets the connection name.",
     .since = "2.6.9",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kOwn,
     .run = setname,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
    {.name = "CLIENT UNBLOCK",
     .syntax = "client-id:integer [TIMEOUT | ERROR]",
     .summary = "Unblocks a client blocked by a blocking command from a different connection.",
     .since = "5.0.0",
     .complexity = "O(log N) where N is the number of client connections",
     .group = Group::Connection,
     .flags = kOthers,
     .run = unblock},
};

}  // namespace

std::span<const Command> client() { return kCommands; }

}  // namespace server::commands
