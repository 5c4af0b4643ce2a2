#include "server/call.h"
#include "server/command.h"
#include "server/commands/assign_args.h"
#include "server/commands/expiry.h"
#include "server/commands/families.h"
#include "server/commands/geo_args.h"
#include "server/server.h"
#include "store/assignment.h"

namespace server::commands {

namespace {

using store::AssignmentRecord;

/// The record as a map; a field without a value is nil.
void reply_record(Call& call, std::string_view order, const AssignmentRecord& record)
{
    const auto field = [&](std::string_view name, auto&& reply_value) {
        call.reply.bulk(name);
        if (record.reservation) {
            reply_value(*record.reservation);
        } else {
            call.reply.null();
        }
    };
    using store::Reservation;
    call.reply.map(10);
    call.reply.bulk("order");
    call.reply.bulk(order);
    call.reply.bulk("state");
    call.reply.bulk(store::name_of(record.state));
    field("driver", [&](const Reservation& held) { call.reply.bulk(held.driver); });
    field("distance", [&](const Reservation& held) {
        reply_distance(call, held.distance_m / record.search.meters_per_unit);
    });
    field("longitude",
          [&](const Reservation& held) { reply_coordinate(call, held.place.longitude); });
    field("latitude",
          [&](const Reservation& held) { reply_coordinate(call, held.place.latitude); });
    field("lock", [&](const Reservation& held) { call.reply.bulk(held.lock); });
    call.reply.bulk("token");
    call.reply.integer(static_cast<std::int64_t>(record.token));
    field("expires_in_ms", [&](const Reservation& held) {
        if (record.is_finished()) return call.reply.null();
        call.reply.integer(remaining_ms(held.expires_at, call.keys.clock()));
    });
    call.reply.bulk("tried");
    call.reply.array(record.tried.size() + record.rejected.size());
    for (const auto& member : record.rejected) call.reply.bulk(member);
    for (const auto& member : record.tried) call.reply.bulk(member);
}

void reply_record(Call& call, std::string_view order, const std::optional<AssignmentRecord>& record)
{
    if (!record) return call.reply.null();
    reply_record(call, order, *record);
}

void assign(Call& call)
{
    AssignRequest request = next_assign_request(call);
    auto assignments = call.server.assignments(call.keys);
    // A retry is answered even if the place it was asked from is gone by now.
    if (const auto record = assignments.standing(request.order))
        return reply_record(call, request.order, record);
    request.find_place(call.keys);
    reply_record(call, request.order, assignments.assign(request.order, request.search));
}

std::uint64_t next_token(Args& args) { return static_cast<std::uint64_t>(args.next_integer()); }

void accept(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.assignments(call.keys).accept(order, token));
}

void reject(Call& call)
{
    const auto order = call.args.next();
    const auto token = next_token(call.args);
    reply_record(call, order, call.server.assignments(call.keys).reject(order, token));
}

void complete(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.assignments(call.keys).complete(order));
}

void cancel(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.assignments(call.keys).cancel(order));
}

void get(Call& call)
{
    const auto order = call.args.next();
    reply_record(call, order, call.server.assignments(call.keys).get(order));
}

constexpr std::string_view kSince = "dabba 0.1.0";
constexpr std::string_view kSearchComplexity =
    "O(log(N)+M) where N is the number of members of the geo set and M the number of drivers "
    "nearer than the one taken, or of those available, whichever are fewer.";

constexpr Command kCommands[] = {
    {.name = "ASSIGN",
     .syntax =
         "geo available order <FROMLONLAT longitude latitude | FROMMEMBER member> "
         "<BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> "
         "[STRATEGY <NEAREST | RATING>] [RATINGBY pattern] [COUNT count] "
         "[REQUIRE numsets set [set ...]] [EXCEPT numsets set [set ...]] "
         "[SKIP nummembers member [member ...]] [LOCK pattern] [EX seconds | PX milliseconds] "
         "[OFFER] [DEADLINE milliseconds]",
     .summary = "Finds the nearest available driver, locks him and takes him out of the pool, or "
                "offers him the order, in one atomic step.",
     .since = kSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom | kMovableKeys,
     .keys = {key_at(1, "RO ACCESS"), key_at(2, "RW ACCESS DELETE"), key_at(3, "RW ACCESS UPDATE"),
              counted_keys_after("REQUIRE", 9, "RO ACCESS"),
              counted_keys_after("EXCEPT", 9, "RO ACCESS")},
     .run = assign},
    {.name = "ASSIGN.ACCEPT",
     .syntax = "order token",
     .summary = "The driver takes the order that he was offered.",
     .since = kSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .run = accept},
    {.name = "ASSIGN.REJECT",
     .syntax = "order token",
     .summary = "The driver declines the order that he was offered, and the search goes on.",
     .since = kSince,
     .complexity = kSearchComplexity,
     .group = Group::Assign,
     .flags = kWrite | kDenyOom,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .run = reject},
    {.name = "ASSIGN.COMPLETE",
     .syntax = "order",
     .summary = "The order is delivered: its driver is available again.",
     .since = kSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .run = complete},
    {.name = "ASSIGN.CANCEL",
     .syntax = "order",
     .summary =
         "Ends an order, whatever its state: a driver who had been taken is available again.",
     .since = kSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kWrite | kFast,
     .keys = {key_at(1, "RW ACCESS UPDATE")},
     .run = cancel},
    {.name = "ASSIGN.GET",
     .syntax = "order",
     .summary = "Returns the record of an order.",
     .since = kSince,
     .complexity = "O(1)",
     .group = Group::Assign,
     .flags = kReadonly | kFast,
     .keys = {key_at(1, "RO ACCESS")},
     .run = get},
};

}  // namespace

std::span<const Command> assign() { return kCommands; }

}  // namespace server::commands
