#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/dispatch/assignment_record.h"
#include "store/dispatch/member_list.h"
#include "store/keyspace.h"

namespace store {

/// Remembers who was asked for an order, from one search to the next, where they are many: so that
/// a search costs no more after a thousand drivers than after ten. They are kept as a set, and are
/// hidden in the geo set from this order's searches.
///
/// What the record says is the truth. What is remembered of it is used only as far as the record
/// still begins with it, and the rest is added; all else is looked up as ever.
class AskedDrivers
{
public:
    /// Fewer drivers than `min` are looked up anew by each search.
    explicit AskedDrivers(std::size_t min = 32) : min_(min) {}

    /// The drivers in the record's lists. Valid until the next call, and while the record lives.
    Asked of(Keyspace& keys, std::string_view order, const AssignmentRecord& record);

    /// The order has no open offer any more. Cheap if nothing is remembered of it.
    void forget(Keyspace& keys, std::string_view order);

    /// The database was cleared.
    void forget_all(int database);
    /// Two databases were exchanged.
    void swap(int first, int second);

private:
    /// Of so many orders of a database at most: who moves a driver looks into all of their sets.
    static constexpr std::ptrdiff_t kMaxOrders = 8;

    struct Memory
    {
        int database;
        std::string order;
        std::string geo;
        std::string hidden_as;
        MemberList tried;  ///< those of the record that are in the set
        MemberList rejected;
        std::deque<std::string> members;  ///< what the set views
        MemberSet set;
    };
    using Memories = std::vector<std::unique_ptr<Memory>>;

    Memories::iterator find(int database, std::string_view order);
    Memory& recall(Keyspace& keys, std::string_view order, const AssignmentRecord& record);
    void erase(Keyspace& keys, Memories::iterator memory);
    static void learn(Memory& memory, MemberList& known, const MemberList& list);
    static void hide_from(Keyspace& keys, const Memory& memory, std::size_t first);

    std::size_t min_;
    MemberSet few_;
    Memories memories_;  ///< the one used last comes last
    std::size_t names_given_ = 0;
};

}  // namespace store
