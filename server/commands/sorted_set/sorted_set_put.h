#pragma once

#include <cstdint>
#include <optional>

#include "server/commands/value_limits.h"
#include "server/execution/call.h"
#include "store/types/sorted_set.h"

namespace server::commands {

/// ZADD's conditions, which GEOADD has in part.
struct PutOptions
{
    bool only_new = false;       ///< NX
    bool only_existing = false;  ///< XX
    bool only_greater = false;   ///< GT
    bool only_less = false;      ///< LT
    bool count_changed = false;  ///< CH

    bool allow(std::optional<double> current, double wanted) const
    {
        if (!current) return !only_existing;
        if (only_new) return false;
        if (only_greater && wanted <= *current) return false;
        if (only_less && wanted >= *current) return false;
        return true;
    }
};

/// Puts items into the sorted set at `key`, makes it if needed, and returns what ZADD answers: how
/// many were added, with CH also how many were moved. REQUIRES: an item at least.
template <class Items>
std::int64_t put_items(Call& call, std::string_view key, const PutOptions& options,
                       const Items& items)
{
    if (options.only_existing && !call.keys.holds(key)) return 0;
    auto set = call.keys.edit<store::SortedSet>(key);
    const bool unconditional =
        !options.only_new && !options.only_existing && !options.only_greater && !options.only_less;
    const auto limits = sorted_set_limits(call);
    set->expect(items.front().first, items.size(), limits);
    std::int64_t added = 0;
    for (const auto& [member, score] : items) {
        if (!unconditional && !options.allow(set->score(member), score)) continue;
        const auto result = set->put(member, score, limits);
        added += result == store::SortedSet::PutResult::Added;
        set.changes += result != store::SortedSet::PutResult::Unchanged;
    }
    return options.count_changed ? set.changes : added;
}

}  // namespace server::commands
