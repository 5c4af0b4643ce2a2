#include <limits>
#include <optional>

#include "server/catalogue/command.h"
#include "server/clients/tracking.h"
#include "server/commands/client/client_name.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "server/version.h"
#include "server/workspaces/workspaces.h"

namespace server::commands {

namespace {

/// Counts a wrong password. A client that has too many is not worth listening to: after its error
/// the connection ends. Redis goes on for ever.
[[noreturn]] void refuse_password(Call& call, std::string_view user)
{
    constexpr std::uint64_t kMaxWrongPasswords = 20;
    const bool queued = call.origin == Origin::Transaction;
    call.server.access.note({.reason = access::Reason::Login, .object = std::string{call.name}},
                            queued ? "multi" : "toplevel", call.session, user);
    if (++call.session.wrong_passwords >= kMaxWrongPasswords) call.session.close_after_reply = true;
    throw CommandError{text::kWrongPass};
}

/// Whether the password is the name of a workspace instead; that is no way around a password.
bool names_workspace(Call& call, std::string_view user, std::string_view password)
{
    Workspaces& workspaces = call.server.workspaces;
    const auto name = user == "workspace" ? password : workspaces.named_by(password);
    if (name.empty() || !workspaces.allowed() || !call.session.authenticated) return false;
    workspaces.choose(call.session, name);
    return true;
}

void authenticate(Call& call, std::string_view user, std::string_view password)
{
    if (names_workspace(call, user, password)) return;
    if (!call.server.access.log_in(call.session, user, password)) refuse_password(call, user);
    call.session.wrong_passwords = 0;
}

void auth(Call& call)
{
    if (call.args.remaining() > 2) throw CommandError{text::kSyntax};
    const bool names_user = call.args.remaining() == 2;
    if (!names_user && names_workspace(call, {}, call.request[1])) return call.reply.ok();
    if (!names_user && call.server.access.default_user().needs_no_password()) {
        throw CommandError{
            "ERR AUTH <password> called without any password configured for the default user. Are "
            "you sure your configuration is correct?"};
    }
    const auto user = names_user ? call.args.next() : std::string_view{"default"};
    authenticate(call, user, call.args.next());
    call.reply.ok();
}

void echo(Call& call) { call.reply.bulk(call.args.next()); }

void ping(Call& call)
{
    if (call.args.remaining() > 1)
        throw CommandError{"ERR wrong number of arguments for 'ping' command"};
    const Session& session = call.session;
    if (session.protocol == protocol::Version::Resp2 && session.subscriptions.any()) {
        call.reply.array(2);  // so that it cannot be mistaken for a message
        call.reply.bulk("pong");
        return call.reply.bulk(call.args.done() ? std::string_view{} : call.args.next());
    }
    if (call.args.done()) return call.reply.pong();
    call.reply.bulk(call.args.next());
}

struct Greeting
{
    std::optional<protocol::Version> protocol;
    std::string_view user;
    std::optional<std::string_view> password;
    std::optional<std::string_view> name;
};

Greeting next_greeting(Args& args)
{
    Greeting greeting;
    if (args.done()) return greeting;
    const auto version =
        args.next_integer("ERR Protocol version is not an integer or out of range");
    if (version < 2 || version > 3) throw CommandError{"NOPROTO unsupported protocol version"};
    greeting.protocol = version == 2 ? protocol::Version::Resp2 : protocol::Version::Resp3;
    while (!args.done()) {
        if (args.accept("AUTH", 2)) {
            greeting.user = args.next();
            greeting.password = args.next();
        } else if (args.accept("SETNAME", 1)) {
            greeting.name = args.next();
            check_client_name(*greeting.name);
        } else {
            throw CommandError{"ERR Syntax error in HELLO option '{}'", args.next()};
        }
    }
    return greeting;
}

void hello(Call& call)
{
    const Greeting greeting = next_greeting(call.args);
    if (greeting.password) authenticate(call, greeting.user, *greeting.password);
    if (!call.session.authenticated) {
        throw CommandError{
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
            "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and "
            "select the RESP protocol version at the same time"};
    }

    if (greeting.name) take_client_name(call, *greeting.name);
    if (greeting.protocol) {
        call.session.protocol = *greeting.protocol;
        call.reply.set_version(*greeting.protocol);
    }

    call.reply.map(7);
    const auto reply_field = [&](std::string_view name, std::string_view value) {
        call.reply.bulk(name);
        call.reply.bulk(value);
    };
    const auto reply_number = [&](std::string_view name, std::int64_t value) {
        call.reply.bulk(name);
        call.reply.integer(value);
    };
    const Model& model = call.server.dialect.model();
    reply_field("server",
                model.is_valkey ? "valkey" : "redis");  // clients look for these very words
    reply_field("version", model.version);
    reply_number("proto", static_cast<std::int64_t>(call.session.protocol));
    reply_number("id", static_cast<std::int64_t>(call.session.id));
    reply_field("mode", "standalone");
    reply_field("role", "master");
    call.reply.bulk("modules");
    call.reply.array(0);
}

void quit(Call& call)
{
    call.session.close_after_reply = true;
    call.reply.ok();
}

void reset(Call& call)
{
    Session& session = call.session;
    call.server.watches.unwatch(session);
    session.transaction = {};
    call.server.pubsub.forget(session);
    call.server.monitors.forget(session);
    call.server.tracking->stop(session);
    session.client_class = ClientClass::Normal;
    session.database = 0;
    call.server.access.begin(session);
    session.reply_mode = ReplyMode::On;
    session.no_evict = false;
    session.no_touch = false;
    session.name.clear();  // the library's name stays: the library is still the same
    session.protocol = protocol::Version::Resp2;

    call.reply.set_version(session.protocol);
    call.reply.simple("RESET");
}

void select(Call& call)
{
    const std::int64_t index = call.args.next_integer();
    if (index < std::numeric_limits<int>::min() || index > std::numeric_limits<int>::max()) {
        throw CommandError{
            "ERR value is out of range, value must between -2147483648 and 2147483647"};
    }
    if (index < 0 || index >= call.server.databases.count())
        throw CommandError{text::kDatabaseOutOfRange};

    call.session.database = static_cast<int>(index);
    call.reply.ok();
}

constexpr std::uint32_t kBeforeAuth =
    kNoscript | kLoading | kStale | kFast | kNoAuth | kSentinel | kAllowBusy;

constexpr std::uint32_t kEnding =
    kNoscript | kLoading | kStale | kFast | kNoAuth | kAllowBusy | kNotQueued | kWhileSubscribed;

constexpr Command kCommands[] = {
    {.name = "AUTH",
     .syntax = "[username] password",
     .summary = "Authenticates the connection.",
     .since = "1.0.0",
     .complexity = "O(N) where N is the number of passwords defined for the user",
     .group = Group::Connection,
     .flags = kBeforeAuth,
     .run = auth},
    {.name = "ECHO",
     .syntax = "message",
     .summary = "Returns the given string.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kLoading | kStale | kFast,
     .run = echo},
    {.name = "HELLO",
     .syntax = "[protover:integer [AUTH username password] [SETNAME clientname]]",
     .summary = "Handshakes with the server and chooses the protocol version.",
     .since = "6.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kBeforeAuth,
     .run = hello},
    {.name = "PING",
     .syntax = "[message]",
     .summary = "Returns PONG, or the message: the server lives.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kFast | kSentinel | kWhileSubscribed,
     .run = ping,
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "QUIT",
     .summary = "Closes the connection.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kEnding,
     .run = quit,
     .arity_override = -1,
     .deprecated_since = "7.2.0",
     .replaced_by = "just closing the connection"},
    {.name = "RESET",
     .summary = "Makes the connection as good as new.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kEnding,
     .run = reset},
    {.name = "SELECT",
     .syntax = "index:integer",
     .summary = "Changes the selected database.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Connection,
     .flags = kLoading | kStale | kFast,
     .run = select},
};

}  // namespace

std::span<const Command> connection() { return kCommands; }

}  // namespace server::commands
