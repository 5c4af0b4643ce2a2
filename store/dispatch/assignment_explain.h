#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/dispatch/assignment.h"
#include "store/dispatch/assignment_search.h"

namespace store {

/// A driver that a search looks at, and its verdict.
struct Explained
{
    std::string member;
    double distance_m;
    Judgement judgement;
    std::optional<double> rating;  ///< of a candidate, where ratings decide
    bool chosen = false;
    DriverNow now;  ///< who holds them, whatever else is said
};

struct Explanation
{
    std::vector<Explained> drivers;  ///< nearest first, up to where the search would stop
    std::size_t unlisted = 0;        ///< more of them than are listed
};

/// What find_candidate() would do, driver by driver. Changes nothing. At most `max` drivers are
/// listed; the one who would be chosen always is. Throws Error{WrongType}.
Explanation explain_candidates(Keyspace& keys, Assignments& orders, std::string_view order,
                               const AssignmentSearch& search, const MemberSet& tried,
                               std::size_t max);

}  // namespace store
