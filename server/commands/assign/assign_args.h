#pragma once

#include <optional>
#include <string_view>

#include "server/commands/geo/geo_args.h"
#include "server/execution/call.h"
#include "store/dispatch/assignment_search.h"

namespace server::commands {

/// The arguments of ASSIGN, and so of ASSIGN.EXPLAIN; and since when the family is there.
inline constexpr std::string_view kAssignSyntax =
    "geo available order <FROMLONLAT longitude:double latitude:double | FROMMEMBER member> "
    "<BYRADIUS radius:double <M | KM | FT | MI> | BYBOX width:double height:double <M | KM | FT | "
    "MI>> "
    "[STRATEGY <NEAREST | RATING>] [RATINGBY pattern:pattern] [COUNT count:integer] "
    "[REQUIRE numsets:integer set [set ...]] [EXCEPT numsets:integer set [set ...]] "
    "[SKIP nummembers:integer member [member ...]] [LOCK pattern:pattern] [EX seconds:integer | PX "
    "milliseconds:integer] "
    "[HOLD seconds:integer] [OFFER] [DEADLINE milliseconds:integer] [RETRY]";
inline constexpr std::string_view kAssignSince = "dabba 0.1.0";
inline constexpr std::size_t kAssignMinArguments = 8;

/// The arguments of ASSIGN. A place named by FROMMEMBER has not been looked up yet.
struct AssignRequest
{
    std::string_view order;
    store::AssignmentSearch search;
    Extent extent;
    store::Place place{};
    std::optional<std::string_view> from_member;
    bool retry = false;

    /// Completes the search with the place. Throws if FROMMEMBER's member has none.
    void find_place(store::Keyspace& keys);
};

/// Reads all of ASSIGN's arguments. Throws for what is unknown, out of range, missing, given twice,
/// or contradicts something else; the error names the word.
AssignRequest next_assign_request(Call& call);

/// The next argument as an integer. The error says what is none: `name`.
std::int64_t next_integer_of(Args& args, std::string_view name);

/// The next argument as a COUNT, which is above 0.
std::size_t next_count(Args& args);

/// The next argument, which `option` needs. The error says so.
std::string_view next_operand(Args& args, std::string_view option, std::string_view operand);

/// Throws, and names the word, unless everything was read.
void expect_end_of_request(Args& args);

/// The next argument as a LOCK pattern. Throws if it has no star.
std::string_view next_lock_pattern(Args& args);

}  // namespace server::commands
