#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "server/execution/call.h"
#include "store/types/sorted_set.h"

/// What ZPOPMIN, ZPOPMAX and ZMPOP have in common with the blocking commands of the same names.
namespace server::commands {

enum class PopEnd : std::uint8_t { Lowest, Highest };

/// From which sorted sets ZMPOP may pop, and what.
struct SortedSetPop
{
    std::span<const std::string_view> keys;
    PopEnd end = PopEnd::Lowest;
    std::size_t count = 1;
};

SortedSetPop next_sorted_set_pop(Args& args);

/// The first of the keys that holds anything. Throws if that is no sorted set; keys behind it are
/// not looked at.
std::optional<std::string_view> first_sorted_set(Call& call,
                                                 std::span<const std::string_view> keys);

/// Removes up to `count` members from one end of the sorted set at the key, which exists, and calls
/// visit(member, score) for each before it goes. The event is zpopmin or zpopmax.
template <class Visit>
void pop_members(Call& call, std::string_view key, PopEnd end, std::size_t count, Visit&& visit)
{
    auto set = call.keys.edit_existing<store::SortedSet>(key);
    set.event = end == PopEnd::Lowest ? "zpopmin" : "zpopmax";
    const auto take = [&](const store::SortedSet::Item& item) { visit(item.member, item.score); };
    for (; count > 0 && !set->empty(); --count, ++set.changes) {
        if (end == PopEnd::Lowest) {
            set->take_lowest(take);
        } else {
            set->take_highest(take);
        }
    }
}

/// Pops and replies as ZMPOP and BZMPOP: the key, and members with their scores in pairs.
void pop_with_key(Call& call, std::string_view key, PopEnd end, std::size_t count);

/// Pops one and replies as BZPOPMIN: the key, the member, the score.
void pop_one_with_key(Call& call, std::string_view key, PopEnd end);

}  // namespace server::commands
