#include "server/catalogue/command.h"
#include "server/commands/assign/assign_args.h"
#include "server/commands/assign/assign_reply.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"
#include "store/dispatch/assignment.h"

namespace server::commands {

namespace {

void assign(Call& call)
{
    AssignRequest request = next_assign_request(call);
    // A retry is answered even if the place it was asked from is gone by now.
    const auto search = [&]() -> const store::AssignmentSearch& {
        request.find_place(call.keys);
        return request.search;
    };
    reply_record(call, request.order,
                 call.server.dispatcher.assignments(call.keys).assign(request.order, search));
}

std::uint64_t next_token(Args& args) { return static_cast<std::uint64_t>(args.next_integer()); }

void accept(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.dispatcher.assignments(call.keys).accept(order, token));
}

void reject(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.dispatcher.assignments(call.keys).reject(order, token));
}

void complete(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.dispatcher.assignments(call.keys).complete(order));
}

void cancel(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.dispatcher.assignments(call.keys).cancel(order));
}

void get(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.dispatcher.assignments(call.keys).get(order));
}

constexpr std::string_view kSearchComplexity =
    "O(log(N)+M) where N is the number of members of the geo set and M the number of drivers "
    "nearer than the one taken, or of those available, whichever are fewer.";

constexpr Command kCommands[] = {
    {.name = "ASSIGN",
     .syntax = kAssignSyntax,
     .summary = "Finds the nearest available driver, locks him and takes him out of the pool, or "
                "offers him the order, in one atomic step.",
     .since = kAssignSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "RW ACCESS DELETE"), key_at(3, "RW ACCESS UPDATE"),
              counted_keys_after("REQUIRE", 9, "RO ACCESS"),
              counted_keys_after("EXCEPT", 9, "RO ACCESS")},
     .event = "hset",
     .run = assign},
    {.name = "ASSIGN.ACCEPT",
     .syntax = "order token",
     .summary = "The driver takes the order that he was offered.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hset",
     .run = accept},
    {.name = "ASSIGN.REJECT",
     .syntax = "order token",
     .summary = "The driver declines the order that he was offered, and the search goes on.",
     .since = kAssignSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hset",
     .run = reject},
    {.name = "ASSIGN.COMPLETE",
     .syntax = "order",
     .summary = "The order is delivered: its driver is available again.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .event = "hset",
     .run = complete},
    {.name = "ASSIGN.CANCEL",
     .syntax = "order",
     .summary =
         "Ends an order, whatever its state: a driver who had been taken is available again.",
     .since = kAssignSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
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
