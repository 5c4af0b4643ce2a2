#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/dispatch/assignment_search.h"

namespace store {

/// A driver whom a search looks at, and what it makes of him.
struct Explained
{
    std::string member;
    double distance_m;
    Judgement judgement;
    std::optional<double> rating;  ///< of a candidate, where ratings decide
    bool chosen = false;
    std::string lock;                      ///< his lock's key
    std::string locked_by;                 ///< Locked: the lock's value, if it is a string
    std::optional<Deadline> locked_until;  ///< Locked: nothing if the lock has no end
};

struct Explanation
{
    std::vector<Explained> drivers;  ///< nearest first, up to where the search would stop
    std::size_t unlisted = 0;        ///< more of them than are listed
};

/// What find_candidate() would do, driver by driver. Changes nothing. At most `most` drivers are
/// listed; the one who would be chosen always is. Throws Error{WrongType}.
Explanation explain_candidates(Keyspace& keys, std::string_view order,
                               const AssignmentSearch& search,
                               const std::vector<std::string>& tried, std::size_t most);

}  // namespace store
