#pragma once

#include <string>
#include <string_view>

#include "store/clock.h"
#include "store/dispatch/assignment.h"

namespace server {

/// An event of an order as the JSON object that listeners of `assign:<order>` and
/// `assign:<driver>` get:
///
///     {"event":"offered","order":"order:ORD_2847","state":"offered","driver":"driver:D4",
///      "token":1,"distance_m":1507.4,"expires_at_ms":1700000030000,"time_ms":1700000000000,
///      "sequence":1}
///
/// driver, distance_m and expires_at_ms are null where no driver is concerned, and expires_at_ms
/// wherever nothing runs out. `sequence` rises by one with each event of an order, so that a
/// listener notices a gap; it is 0 for an ASSIGN that finds no candidate and writes nothing. If
/// there is a reason, `"reason":"..."` follows at the end. Texts that are no UTF-8 are written as
/// they are.
std::string to_json(std::string_view order, store::AssignmentEvent event,
                    const store::AssignmentRecord& record, std::string_view reason,
                    store::TimePoint now);

/// The text in JSON's quotes.
std::string quoted(std::string_view text);

}  // namespace server
