#pragma once

#include <optional>
#include <string_view>

#include "server/commands/geo/geo_args.h"
#include "server/execution/call.h"
#include "store/dispatch/assignment_search.h"

namespace server::commands {

/// The arguments of ASSIGN, and so of ASSIGN.EXPLAIN; and since when the family is there.
inline constexpr std::string_view kAssignSyntax =
    "geo available order <FROMLONLAT longitude latitude | FROMMEMBER member> "
    "<BYRADIUS radius <M | KM | FT | MI> | BYBOX width height <M | KM | FT | MI>> "
    "[STRATEGY <NEAREST | RATING>] [RATINGBY pattern] [COUNT count] "
    "[REQUIRE numsets set [set ...]] [EXCEPT numsets set [set ...]] "
    "[SKIP nummembers member [member ...]] [LOCK pattern] [EX seconds | PX milliseconds] "
    "[OFFER] [DEADLINE milliseconds]";
inline constexpr std::string_view kAssignSince = "dabba 0.1.0";

/// The arguments of ASSIGN. A place named by FROMMEMBER has not been looked up yet.
struct AssignRequest
{
    std::string_view order;
    store::AssignmentSearch search;
    Extent extent;
    store::Place place{};
    std::optional<std::string_view> from_member;

    /// Completes the search with the place. Throws if FROMMEMBER's member has none.
    void find_place(store::Keyspace& keys);
};

/// Reads all of ASSIGN's arguments. Throws for what is unknown, out of range, missing, given twice,
/// or contradicts something else.
AssignRequest next_assign_request(Call& call);

}  // namespace server::commands
