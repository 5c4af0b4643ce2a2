#include "store/dispatch/asked_drivers.h"

#include <algorithm>
#include <utility>

#include "ascii/integer.h"

namespace store {

Asked AskedDrivers::of(Keyspace& keys, std::string_view order, const AssignmentRecord& record)
{
    if (record.tried.size() + record.rejected.size() < min_) {
        few_ = {};
        few_.add(record.tried);
        few_.add(record.rejected);
        return {few_, {}};
    }
    Memory& memory = recall(keys, order, record);
    const std::size_t known = memory.members.size();
    learn(memory, memory.tried, record.tried);
    learn(memory, memory.rejected, record.rejected);
    const auto* places = keys.peek<SortedSet>(memory.geo);
    const bool is_hidden = places != nullptr && places->hidden(memory.hidden_as) != nullptr;
    hide_from(keys, memory, is_hidden ? known : 0);
    return {memory.set, memory.hidden_as};
}

void AskedDrivers::forget(Keyspace& keys, std::string_view order)
{
    if (memories_.empty()) return;
    const auto memory = find(keys.index(), order);
    if (memory != memories_.end()) erase(keys, memory);
}

void AskedDrivers::forget_all(int database)
{
    std::erase_if(memories_, [&](const auto& memory) { return memory->database == database; });
}

void AskedDrivers::swap(int first, int second)
{
    for (const auto& memory : memories_)
        memory->database = exchanged(memory->database, first, second);
}

AskedDrivers::Memories::iterator AskedDrivers::find(int database, std::string_view order)
{
    return std::ranges::find_if(memories_, [&](const auto& memory) {
        return memory->database == database && memory->order == order;
    });
}

/// What is remembered of the order, if its record goes on from there; otherwise a new memory.
AskedDrivers::Memory& AskedDrivers::recall(Keyspace& keys, std::string_view order,
                                           const AssignmentRecord& record)
{
    const auto found = find(keys.index(), order);
    if (found != memories_.end()) {
        const Memory& memory = **found;
        const bool goes_on = memory.geo == record.search.geo &&
                             record.tried.text().starts_with(memory.tried.text()) &&
                             record.rejected.text().starts_with(memory.rejected.text());
        if (goes_on) {
            std::rotate(found, found + 1, memories_.end());
            return *memories_.back();
        }
        erase(keys, found);
    }
    const auto is_here = [&](const auto& memory) { return memory->database == keys.index(); };
    if (std::ranges::count_if(memories_, is_here) >= kMaxOrders)
        erase(keys, std::ranges::find_if(memories_, is_here));
    memories_.push_back(std::make_unique<Memory>());
    Memory& memory = *memories_.back();
    memory.database = keys.index();
    memory.order = order;
    memory.geo = record.search.geo;
    // No lock pattern is without a `*`.
    memory.hidden_as = std::string{"asked "}.append(ascii::IntegerText{++names_given_});
    return memory;
}

void AskedDrivers::erase(Keyspace& keys, Memories::iterator memory)
{
    keys.show_all((*memory)->geo, (*memory)->hidden_as);
    memories_.erase(memory);
}

void AskedDrivers::learn(Memory& memory, MemberList& known, const MemberList& list)
{
    list.for_each_behind(known, [&](std::string_view member) {
        memory.members.emplace_back(member);
        memory.set.add(memory.members.back());
        known.add(member);
    });
}

/// Whoever is not hidden, because there is no place for one more name or the driver came back to
/// the geo set, is found and passed over.
void AskedDrivers::hide_from(Keyspace& keys, const Memory& memory, std::size_t first)
{
    for (std::size_t i = first; i < memory.members.size(); ++i)
        keys.hide(memory.geo, memory.hidden_as, memory.members[i]);
}

}  // namespace store
