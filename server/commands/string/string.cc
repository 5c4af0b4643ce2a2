#include "server/commands/string/string.h"

#include "server/catalogue/command.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

using store::StringPut;

/// What SET was asked to do besides putting.
struct SetOptions
{
    StringPut::Condition condition = StringPut::Condition::Always;
    std::optional<std::string_view> if_equal;      ///< IFEQ, of Valkey 8.1 and Redis 8.4
    std::optional<std::string_view> if_different;  ///< IFNE, of Redis 8.4
    bool get = false;
    ExpiryOption expiry{ExpiryOption::Wordy::KeepTtl};

    bool compares() const { return if_equal || if_different; }

    /// Whether IFEQ or IFNE holds for the old value. A missing one equals nothing.
    bool holds(const store::String* old) const
    {
        if (if_equal) return old != nullptr && old->view() == *if_equal;
        if (if_different) return old == nullptr || old->view() != *if_different;
        return true;
    }
};

/// Takes NX, XX, IFEQ or IFNE. NX and XX may come twice, as in Redis, but no two may differ.
bool accept_condition(Args& args, SetOptions& options)
{
    using Condition = StringPut::Condition;
    if (options.compares()) return false;
    if (options.condition != Condition::IfPresent && args.accept("NX")) {
        options.condition = Condition::IfMissing;
    } else if (options.condition != Condition::IfMissing && args.accept("XX")) {
        options.condition = Condition::IfPresent;
    } else if (options.condition == Condition::Always && args.accept("IFEQ", 1)) {
        options.if_equal = args.next();
    } else if (options.condition == Condition::Always && args.accept("IFNE", 1)) {
        options.if_different = args.next();
    } else {
        return false;
    }
    return true;
}

SetOptions next_set_options(Args& args)
{
    SetOptions options;
    while (!args.done()) {
        if (accept_condition(args, options) || options.expiry.accept(args)) continue;
        if (!args.accept("GET")) throw CommandError{text::kSyntax};
        options.get = true;
    }
    return options;
}

void set(Call& call)
{
    const auto key = call.args.next();
    const auto value = call.args.next();
    if (call.args.done()) {  // almost always
        call.keys.put_string(key, value, {});
        return call.reply.ok();
    }
    const SetOptions options = next_set_options(call.args);
    const StringPut put{.condition = options.condition,
                        .keep_deadline = options.expiry.is_wordy(),
                        .deadline = options.expiry.deadline(call)};

    if (put.deadline) call.log_keys();
    const bool looks = options.get || options.compares();
    const auto* old = looks ? call.keys.find<store::String>(key) : nullptr;
    if (options.get) reply_string(call, old);
    const bool done = options.holds(old) && call.keys.put_string(key, value, put);
    if (options.get) return;
    if (done) return call.reply.ok();
    call.reply.null();
}

void setnx(Call& call)
{
    const auto key = call.args.next();
    call.reply.integer(call.keys.put_string(key, call.args.next(),
                                            {.condition = StringPut::Condition::IfMissing}));
}

/// SETEX and PSETEX.
template <ExpiryForm form>
void setex(Call& call)
{
    const auto key = call.args.next();
    const auto deadline = next_deadline(call, call.args, form);
    call.log_keys();
    call.keys.put_string(key, call.args.next(), {.deadline = deadline});
    call.reply.ok();
}

void get(Call& call) { reply_string(call, call.keys.find<store::String>(call.args.next())); }

void getset(Call& call)
{
    const auto key = call.args.next();
    reply_string(call, call.keys.find<store::String>(key));
    call.keys.put_string(key, call.args.next());
}

void getdel(Call& call)
{
    const auto key = call.args.next();
    const auto* string = call.keys.find<store::String>(key);
    reply_string(call, string);
    if (string == nullptr) return;
    call.log_keys();
    call.keys.erase(key);
}

/// Redis looks at the options, then at the key, then at the number.
void getex(Call& call)
{
    const auto key = call.args.next();
    ExpiryOption expiry{ExpiryOption::Wordy::Persist};
    while (!call.args.done()) {
        if (!expiry.accept(call.args)) throw CommandError{text::kSyntax};
    }
    if (call.server.dialect.has(Difference::GetexLooksFirst)) expiry.deadline(call);
    const auto* string = call.keys.find<store::String>(key);
    if (string == nullptr) return call.reply.null();
    const auto deadline = expiry.deadline(call);

    reply_string(call, string);
    call.log_keys();
    if (deadline) call.keys.expire(key, *deadline);
    if (expiry.is_wordy()) call.keys.persist(key);
}

/// Erases the key if it holds a string for which `condition` is true, and says how many keys went.
template <class Condition>
void delete_if(Call& call, std::string_view key, Condition&& condition)
{
    const auto* string = call.keys.find<store::String>(key);
    call.reply.integer(string != nullptr && condition(string->view()) && call.keys.erase(key));
}

/// Valkey's way to release a lock.
void delifeq(Call& call)
{
    const auto key = call.args.next();
    const auto wanted = call.args.next();
    call.log_keys();
    delete_if(call, key, [&](std::string_view value) { return value == wanted; });
}

/// And Redis's. Without a condition it deletes a key of any type.
void delex(Call& call)
{
    const auto key = call.args.next();
    call.log_keys();
    if (call.args.done()) return call.reply.integer(call.keys.erase(key));
    const bool equal = call.args.accept("IFEQ", 1);
    if (!equal && !call.args.accept("IFNE", 1)) throw CommandError{text::kSyntax};
    const auto other = call.args.next();
    call.args.expect_end();
    delete_if(call, key, [&](std::string_view value) { return (value == other) == equal; });
}

constexpr Command kCommands[] = {
    {.name = "SET",
     .syntax = "key value [NX | XX | IFEQ comparison-value | IFNE comparison-value] [GET] "
               "[EX seconds:integer | PX milliseconds:integer | EXAT unix-time-seconds:unix-time | "
               "PXAT unix-time-milliseconds:unix-time | KEEPTTL]",
     .summary = "Sets the string value of a key, ignoring its type. The key is created if it "
                "doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {with_notes(key_at(1, "RW ACCESS UPDATE VARIABLE_FLAGS"),
                         "RW and ACCESS due to the optional `GET` argument")},
     .event = "set",
     .run = set},
    {.name = "GET",
     .syntax = "key",
     .summary = "Returns the string value of a key.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = get},
    {.name = "SETNX",
     .syntax = "key value",
     .summary = "Set the string value of a key only when the key doesn't exist.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "OW INSERT")},
     .event = "set",
     .run = setnx,
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with the `NX` argument"},
    {.name = "SETEX",
     .syntax = "key seconds:integer value",
     .summary = "Sets the string value and expiration time of a key. Creates the key if it "
                "doesn't exist.",
     .since = "2.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE")},
     .event = "set",
     .run = setex<kSeconds>,
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with the `EX` argument"},
    {.name = "PSETEX",
     .syntax = "key milliseconds:integer value",
     .summary = "Sets both string value and expiration time in milliseconds of a key. The key is "
                "created if it doesn't exist.",
     .since = "2.6.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "OW UPDATE")},
     .event = "set",
     .run = setex<kMilliseconds>,
     .deprecated_since = "2.6.12",
     .replaced_by = "`SET` with the `PX` argument"},
    {.name = "GETSET",
     .syntax = "key value",
     .summary = "Returns the previous string value of a key after setting it to a new value.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kDenyOom | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "set",
     .run = getset,
     .deprecated_since = "6.2.0",
     .replaced_by = "`SET` with the `!GET` argument"},
    {.name = "GETDEL",
     .syntax = "key",
     .summary = "Returns the string value of a key after deleting the key.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS DELETE")},
     .event = "del",
     .run = getdel},
    {.name = "GETEX",
     .syntax = "key [EX seconds:integer | PX milliseconds:integer | EXAT "
               "unix-time-seconds:unix-time | PXAT "
               "unix-time-milliseconds:unix-time | PERSIST]",
     .summary = "Returns the string value of a key after setting its expiration time.",
     .since = "6.2.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kFast,
     .keys = {with_notes(key_at(1, "RW ACCESS UPDATE"),
                         "RW and UPDATE because it changes the TTL")},
     .event = "expire",
     .run = getex},
    {.name = "DELEX",
     .syntax = "key [IFEQ comparison-value | IFNE comparison-value]",
     .summary = "Deletes a key, if its value is, or is not, the given one.",
     .since = "8.4.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW DELETE VARIABLE_FLAGS")},
     .event = "del",
     .run = delex},
    {.name = "DELIFEQ",
     .syntax = "key value",
     .summary = "Delete key if value matches string.",
     .since = "Valkey 9.0.0",
     .complexity = "O(1)",
     .group = Group::String,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RM DELETE")},
     .event = "del",
     .run = delifeq},
};

}  // namespace

std::span<const Command> string() { return kCommands; }

}  // namespace server::commands
