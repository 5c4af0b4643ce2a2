#include "server/commands/assign/assign_reply.h"

#include "server/commands/expiry.h"
#include "server/commands/geo/geo_args.h"

namespace server::commands {

using store::AssignmentRecord;

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
    const auto list = [&](std::string_view member) { call.reply.bulk(member); };
    record.rejected.for_each(list);
    record.tried.for_each(list);
}

void reply_record(Call& call, std::string_view order, const std::optional<AssignmentRecord>& record)
{
    if (!record) return call.reply.null();
    reply_record(call, order, *record);
}

}  // namespace server::commands
