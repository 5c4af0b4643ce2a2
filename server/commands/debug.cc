#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "ascii/case.h"
#include "ascii/hex.h"
#include "server/catalogue/command.h"
#include "server/commands/debug_digest.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/persistence/persistence.h"
#include "server/server.h"
#include "store/number.h"
#include "store/snapshot/dump.h"

/// DEBUG: what the test suites of client libraries use of it. Refused unless the server was started
/// with enable-debug-command (see admission.cc). Its subcommands are no commands of their own in
/// Redis, and are found here.
namespace server::commands {

namespace {

constexpr auto kMaxLong = std::numeric_limits<std::int64_t>::max();

/// Nobody is served meanwhile: this is how tests of clients make a server that does not answer.
void sleep(Call& call)
{
    constexpr double kMaxSeconds = 1e9;
    const double seconds = store::parse_double(call.args.next()).value_or(0);
    const std::chrono::duration<double> wanted{std::clamp(seconds, 0.0, kMaxSeconds)};
    call.server.stand_still(std::chrono::floor<std::chrono::microseconds>(wanted));
    call.reply.ok();
}

void digest(Call& call) { call.reply.simple(ascii::to_hex(digest_of(call.server.databases))); }

/// The same value has the same digest on every server; a key that is missing has none but zeros.
void digest_value(Call& call)
{
    const auto keys = call.args.rest();
    call.reply.array(keys.size());
    for (const auto key : keys) call.reply.simple(ascii::to_hex(digest_of_value(call.keys, key)));
}

/// Settings of how Redis keeps its data, which change nothing here.
void take_and_ignore(Call& call) { call.reply.ok(); }

/// Like Redis, takes any number, and any other text as 0.
void set_active_expire(Call& call)
{
    const double number = store::parse_double(call.args.next()).value_or(0);
    call.server.databases.expire_in_background = static_cast<std::int64_t>(number) != 0;
    call.reply.ok();
}

void object(Call& call)
{
    const auto key = call.args.next();
    const bool fast = call.args.accept("FAST");
    call.args.expect_end();
    const store::Entry* entry = call.keys.look_at(key);
    if (entry == nullptr) throw CommandError{text::kNoSuchKey};
    std::string line = fmt::format("Value at:{} refcount:1", fmt::ptr(entry));
    entry->visit([&]<class T>(const T& value) {
        line += fmt::format(" encoding:{}", store::TypeTraits<T>::encoding(value));
    });
    if (!fast) {
        store::snapshot::ByteWriter value;
        store::snapshot::write_value(value, *entry);
        constexpr std::size_t kTag = 1;
        line += fmt::format(" serializedlength:{}", value.size() - kTag);
    }
    const store::Usage& usage = call.server.databases.usage;
    const store::UsageBits bits = call.keys.usage(*entry);
    const auto idle_seconds = usage.told(bits).idle_seconds.value_or(0);
    line += fmt::format(" lru:{} lru_seconds_idle:{}", usage.redis_bits(bits), idle_seconds);
    call.reply.simple(line);
}

void error(Call& call) { call.reply.error(call.args.next()); }

void log(Call& call)
{
    const auto message = call.args.next();
    if (call.server.write_log)
        call.server.write_log(LogLevel::Warning, fmt::format("DEBUG LOG: {}", message));
    call.reply.ok();
}

/// The data go and come back from their file. What an error is replied for has changed something
/// by then.
void reload(Call& call)
{
    bool saves = true;
    Persistence::Reload how;
    while (!call.args.done()) {
        if (call.args.accept("NOSAVE")) {
            saves = false;
        } else if (call.args.accept("NOFLUSH")) {
            how.keeps = true;
        } else if (call.args.accept("MERGE")) {
            how.merges = true;
        } else {
            throw CommandError{
                "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options."};
        }
    }
    if (saves && !call.server.persistence->save_anew()) throw CommandError{"ERR"};
    if (!call.server.persistence->reload(how))
        return call.reply.error("ERR Error trying to load the RDB dump, check server logs.");
    call.reply.ok();
}

/// The data go and come back from the log.
void load_log(Call& call)
{
    if (!call.server.persistence->reload_log())
        return call.reply.error("ERR Error trying to load the AOF files, check server logs.");
    call.reply.ok();
}

/// Strings that count themselves, cut or filled with NULs to a size, at keys that do not exist yet.
void populate(Call& call)
{
    const auto next_positive = [&](std::int64_t otherwise) {
        if (call.args.done()) return otherwise;
        return call.args.next_integer_in(0, kMaxLong,
                                         "ERR value is out of range, must be positive");
    };
    const std::int64_t count = next_positive(0);
    const std::string_view prefix = call.args.done() ? "key" : call.args.next();
    const auto size = static_cast<std::size_t>(next_positive(0));
    for (std::int64_t i = 0; i < count; ++i) {
        std::string value = fmt::format("value:{}", i);
        if (size > 0) value.resize(size);
        const std::string key = fmt::format("{}:{}", prefix, i);
        if (call.keys.put_string(key, value, {.condition = store::StringPut::Condition::IfMissing}))
            call.log_as({"SET", key, value});
    }
    call.reply.ok();
}

void reply_some_map(protocol::ReplyWriter& reply)
{
    reply.map(3);
    for (int i = 0; i < 3; ++i) {
        reply.integer(i);
        reply.boolean(i == 1);
    }
}

void reply_some_attribute(protocol::ReplyWriter& reply)
{
    if (reply.version() != protocol::Version::Resp2) {
        reply.raw("|1\r\n");
        reply.bulk("key-popularity");
        reply.array(2);
        reply.bulk("key:123");
        reply.integer(90);
    }
    reply.bulk("Some real reply following the attribute");
}

void reply_some_push(protocol::ReplyWriter& reply)
{
    if (reply.version() == protocol::Version::Resp2)
        throw CommandError{"ERR RESP2 is not supported by this command"};
    reply.push(2);
    reply.bulk("server-cpu-usage");
    reply.integer(42);
    reply.bulk("Some real reply following the push reply");
}

void reply_three(protocol::ReplyWriter& reply)
{
    for (int i = 0; i < 3; ++i) reply.integer(i);
}

struct SampleReply
{
    std::string_view type;
    void (*write)(protocol::ReplyWriter& reply);
};

using Reply = protocol::ReplyWriter;

constexpr SampleReply kSampleReplies[] = {
    {"string", [](Reply& reply) { reply.bulk("Hello World"); }},
    {"integer", [](Reply& reply) { reply.integer(12345); }},
    {"double", [](Reply& reply) { reply.number(3.141); }},
    {"bignum", [](Reply& reply) { reply.big_number("1234567999999999999999999999999999999"); }},
    {"null", [](Reply& reply) { reply.null(); }},
    {"array", [](Reply& reply) { reply.array(3), reply_three(reply); }},
    {"set", [](Reply& reply) { reply.set(3), reply_three(reply); }},
    {"map", reply_some_map},
    {"attrib", reply_some_attribute},
    {"push", reply_some_push},
    {"verbatim", [](Reply& reply) { reply.verbatim("txt", "This is a verbatim\nstring"); }},
    {"true", [](Reply& reply) { reply.boolean(true); }},
    {"false", [](Reply& reply) { reply.boolean(false); }},
};

void protocol_reply(Call& call)
{
    const auto type = call.args.next();
    for (const SampleReply& sample : kSampleReplies)
        if (ascii::equal_ignoring_case(type, sample.type)) return sample.write(call.reply);
    std::string names;
    for (const SampleReply& sample : kSampleReplies)
        names += fmt::format("{}{}", names.empty() ? "" : "|", sample.type);
    throw CommandError{"ERR Wrong protocol type name. Please use one of the following: {}", names};
}

struct Subcommand
{
    std::string_view name;
    std::string_view syntax;
    std::string_view summary;
    std::size_t max_arguments;
    void (*run)(Call&);
};

void help(Call& call);

constexpr Subcommand kSubcommands[] = {
    {"DICT-RESIZING", "<0 | 1>", "Changes nothing: Dabba's tables resize by themselves.", 1,
     take_and_ignore},
    {"DIGEST", "", "Shows a digest of all data: the same as Redis's for the same data.", 0, digest},
    {"DIGEST-VALUE", "key [key ...]", "Shows a digest of each value, as DIGEST.",
     std::numeric_limits<std::size_t>::max(), digest_value},
    {"ERROR", "message", "Replies this error, for tests of clients.", 1, error},
    {"LOG", "message", "Writes this into the server's log.", 1, log},
    {"OBJECT", "key [FAST]", "Shows how a value is kept, and how long its dump is but for FAST.", 2,
     object},
    {"POPULATE", "count [prefix [size]]",
     "Makes that many strings at prefix:0 and so on (prefix: key).", 3, populate},
    {"PROTOCOL", "type",
     "Replies a value of this type: string, integer, double, bignum, null, array, set, map, "
     "attrib, "
     "push, verbatim, true, false.",
     1, protocol_reply},
    {"QUICKLIST-PACKED-THRESHOLD", "size", "Changes nothing: Dabba's lists have no such nodes.", 1,
     take_and_ignore},
    {"LOADAOF", "", "Loads the data again from the log of changes.", 0, load_log},
    {"RELOAD", "[NOSAVE] [NOFLUSH] [MERGE]",
     "Saves the data, but for NOSAVE, and loads them again: instead of what there is, or with "
     "NOFLUSH in addition. MERGE: a key that there is already is replaced.",
     std::numeric_limits<std::size_t>::max(), reload},
    {"SET-ACTIVE-EXPIRE", "<0 | 1>",
     "With 0, keys whose time is over are removed only when they are asked for.", 1,
     set_active_expire},
    {"SLEEP", "seconds", "Lets the server stand still: nobody is served meanwhile.", 1, sleep},
    {"HELP", "", "Prints this help.", 0, help},
};

void help(Call& call)
{
    HelpText text;
    text.add_line("DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
    for (const Subcommand& each : kSubcommands) text.add(each.name, each.syntax, each.summary);
    text.reply(call.reply);
}

void run_subcommand(Call& call)
{
    const auto name = call.args.next();
    const std::size_t given = call.args.remaining();
    for (const Subcommand& each : kSubcommands) {
        const auto min = static_cast<std::size_t>(count_arguments(each.syntax).least);
        if (ascii::equal_ignoring_case(name, each.name) && given >= min &&
            given <= each.max_arguments)
            return each.run(call);
    }
    throw CommandError{
        "ERR unknown subcommand or wrong number of arguments for '{}'. Try DEBUG HELP.",
        name.substr(0, 128)};
}

constexpr Command kCommands[] = {
    {.name = "DEBUG",
     .summary = "A container for debugging commands.",
     .since = "1.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .flags = kAdmin | kNoscript | kLoading | kStale | kProtected | kForSystem,
     .run = run_subcommand,
     .arity_override = -2},
};

}  // namespace

std::span<const Command> debug() { return kCommands; }

}  // namespace server::commands
