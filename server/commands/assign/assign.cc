#include <utility>

#include "ascii/case.h"
#include "server/catalogue/command.h"
#include "server/commands/assign/assign_args.h"
#include "server/commands/assign/assign_keys.h"
#include "server/commands/assign/assign_reply.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/dispatch/assignment.h"

namespace server::commands {

namespace {

/// "ASSIGN HELP": the family's commands and what each does, from their rows.
void help(Call& call)
{
    HelpText text;
    for (const Command* row : call.server.commands.all())
        if (row->group == Group::Assign) text.add(row->name, row->syntax, row->summary);
    text.add("ASSIGN HELP", "", "Prints this help. The page on ASSIGN explains every option.");
    text.reply(call.reply);
}

void assign(Call& call)
{
    if (call.args.remaining() == 1 && call.args.accept("HELP")) return help(call);
    if (call.args.remaining() < kAssignMinArguments) throw wrong_number_of_arguments(call.command);
    AssignRequest request = next_assign_request(call);
    auto orders = call.server.dispatcher.orders(call.keys, request.order);

    // A retry is answered even if the place it was asked from is gone by now.
    auto record = orders.standing(request.order);
    if (!record) {
        request.find_place(call.keys);
        call.server.dispatcher.watch_locks(call.keys.index(), request.search.geo,
                                           request.search.lock_pattern);
        record = orders.begin(request.order, std::move(request.search), request.retry);
    }
    reply_record(call, request.order, record);
}

std::uint64_t next_token(Args& args)
{
    return static_cast<std::uint64_t>(next_integer_of(args, "token"));
}

void accept(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.dispatcher.orders(call.keys, order).accept(order, token));
}

void reject(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.dispatcher.orders(call.keys, order).reject(order, token));
}

/// A token, unless nothing comes next.
store::Assignments::Token next_optional_token(Args& args)
{
    if (args.done()) return std::nullopt;
    return next_token(args);
}

/// A token, unless this option or nothing comes next.
store::Assignments::Token next_optional_token(Args& args, std::string_view option)
{
    if (args.is_next(option)) return std::nullopt;
    return next_optional_token(args);
}

void release(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_optional_token(call.args, "REASON");
    std::string_view reason;
    if (call.args.accept("REASON")) reason = next_operand(call.args, "REASON", "a text");
    expect_end_of_request(call.args);

    auto orders = call.server.dispatcher.orders(call.keys, order);
    reply_record(call, order, orders.release(order, token, reason));
}

void complete(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_optional_token(call.args);
    expect_end_of_request(call.args);

    auto orders = call.server.dispatcher.orders(call.keys, order);
    reply_record(call, order, orders.complete(order, token));
}

store::AssignmentState next_state(Args& args)
{
    const auto word = next_operand(args, "IF", "a state");
    if (const auto state = store::state_named(ascii::lower(word))) return *state;
    throw CommandError{
        "ERR unknown state '{}': offered, assigned, unassigned, completed, cancelled or expired",
        word};
}

void cancel(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_optional_token(call.args, "IF");
    std::optional<store::AssignmentState> state;
    if (call.args.accept("IF")) state = next_state(call.args);
    expect_end_of_request(call.args);

    auto orders = call.server.dispatcher.orders(call.keys, order);
    reply_record(call, order, orders.cancel(order, token, state));
}

void get(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.dispatcher.orders(call.keys, order).get(order));
}

constexpr std::string_view kSearchComplexity =
    "O(log(N)+M) where N is the number of members of the geo set and M the number of drivers "
    "nearer than the one taken, or of those available, whichever are fewer.";

constexpr Command kCommands[] = {
    {.name = "ASSIGN",
     .syntax = kAssignSyntax,
     .summary = "Finds the nearest available driver, locks them and takes them out of the pool, or "
                "offers them the order, in one atomic step.",
     .since = kAssignSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "RW ACCESS DELETE"), key_at(3, "RW ACCESS UPDATE"),
              counted_keys_after("REQUIRE", 9, "RO ACCESS"),
              counted_keys_after("EXCEPT", 9, "RO ACCESS")},
     .derived_keys = keys_of_assign,
     .event = "hset",
     .run = assign,
     .arity_override = -2},  // ASSIGN HELP
    {.name = "ASSIGN.ACCEPT",
     .syntax = "order token:integer",
     .summary = "The driver takes the order that they were offered.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .derived_keys = keys_of_order,
     .event = "hset",
     .run = accept},
    {.name = "ASSIGN.REJECT",
     .syntax = "order token:integer",
     .summary = "The driver declines the order that they were offered, and the search goes on.",
     .since = kAssignSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .derived_keys = keys_of_order,
     .event = "hset",
     .run = reject},
    {.name = "ASSIGN.RELEASE",
     .syntax = "order [token:integer] [REASON text]",
     .summary = "The driver gives an accepted order back, and the search goes on.",
     .since = kAssignSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .derived_keys = keys_of_order,
     .event = "hset",
     .run = release},
    {.name = "ASSIGN.COMPLETE",
     .syntax = "order [token:integer]",
     .summary = "The order is delivered: its driver is available again.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .derived_keys = keys_of_order,
     .event = "hset",
     .run = complete},
    {.name = "ASSIGN.CANCEL",
     .syntax = "order [token:integer] [IF state]",
     .summary = "Ends an order that is not completed: a driver who had it is available again.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .derived_keys = keys_of_order,
     .event = "hset",
     .run = cancel},
    {.name = "ASSIGN.GET",
     .syntax = "order",
     .summary = "Returns the record of an order.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = get},
};

}  // namespace

std::span<const Command> assign() { return kCommands; }

}  // namespace server::commands
