#include "server/catalogue/command.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/execution/call.h"

namespace server::commands {

namespace {

using store::StringPut;

/// What SET was asked to do besides putting.
struct SetOptions
{
    StringPut::Condition condition = StringPut::Condition::Always;
    bool get = false;
    bool keep_deadline = false;
    std::optional<ExpiryForm> expiry_form;
    std::string_view expiry;
};

/// Reads SET's options. Conflicts are syntax errors; an option given twice is not, as in Redis.
SetOptions next_set_options(Args& args)
{
    using Condition = StringPut::Condition;
    SetOptions options;
    const auto accept_condition = [&](std::string_view word, Condition wanted) {
        return (options.condition == Condition::Always || options.condition == wanted) &&
               args.accept(word);
    };
    const auto accept_expiry = [&](std::string_view word, ExpiryForm form) {
        const bool conflicts =
            options.keep_deadline ||
            (options.expiry_form && (options.expiry_form->in_seconds != form.in_seconds ||
                                     options.expiry_form->absolute != form.absolute));
        if (conflicts || !args.accept(word, 1)) return false;
        options.expiry_form = form;
        options.expiry = args.next();
        return true;
    };
    while (!args.done()) {
        if (accept_condition("NX", Condition::IfMissing)) {
            options.condition = Condition::IfMissing;
        } else if (accept_condition("XX", Condition::IfPresent)) {
            options.condition = Condition::IfPresent;
        } else if (args.accept("GET")) {
            options.get = true;
        } else if (!options.expiry_form && args.accept("KEEPTTL")) {
            options.keep_deadline = true;
        } else if (accept_expiry("EX", {.in_seconds = true, .absolute = false}) ||
                   accept_expiry("PX", {.in_seconds = false, .absolute = false}) ||
                   accept_expiry("EXAT", {.in_seconds = true, .absolute = true}) ||
                   accept_expiry("PXAT", {.in_seconds = false, .absolute = true})) {
        } else {
            throw CommandError{text::kSyntax};
        }
    }
    return options;
}

/// The deadline that SET's options ask for, if any. Unlike EXPIRE, SET refuses zero and less.
std::optional<store::Deadline> set_deadline(const Call& call, const SetOptions& options)
{
    if (!options.expiry_form) return std::nullopt;
    Args number{{&options.expiry, 1}};
    const std::int64_t amount = number.next_integer();
    if (amount <= 0) throw invalid_expiry(call);
    const auto deadline = to_deadline(amount, *options.expiry_form, call.keys.clock().now_ms());
    if (!deadline) throw invalid_expiry(call);
    return deadline;
}

void reply_string(Call& call, const store::String* string)
{
    if (string == nullptr) return call.reply.null();
    call.reply.bulk(string->view());
}

void set(Call& call)
{
    const auto key = call.args.next();
    const auto value = call.args.next();
    const SetOptions options = next_set_options(call.args);
    const StringPut put{.condition = options.condition,
                        .keep_deadline = options.keep_deadline,
                        .deadline = set_deadline(call, options)};

    if (options.get) reply_string(call, call.keys.find<store::String>(key));
    const bool done = call.keys.put_string(key, value, put);
    if (options.get) return;
    if (done) return call.reply.ok();
    call.reply.null();
}

void get(Call& call) { reply_string(call, call.keys.find<store::String>(call.args.next())); }

constexpr Command kCommands[] = {
    {.name = "SET",
     .syntax = "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | "
               "PXAT unix-time-milliseconds | KEEPTTL]",
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
};

}  // namespace

std::span<const Command> string() { return kCommands; }

}  // namespace server::commands
