#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/clock.h"
#include "store/dispatch/assignment.h"
#include "store/hashing.h"
#include "store/structures/deadline_heap.h"

namespace server {

/// What the server keeps in mind of an order that is offered or assigned.
struct OpenOrder
{
    int database = 0;
    std::string order;
    std::string lock;            ///< the key of the lock of its driver
    std::string driver;          ///< offered: the driver, and the set that they must stay in
    std::string available;       ///< empty if assigned
    store::Deadline asked_at{};  ///< when the search for a driver began
    store::Deadline expires_at{};
    store::Deadline wakes_at{};  ///< when the order must be looked after
    store::LastSeen seen;

    bool is_offered() const { return !available.empty(); }

    void set_deadline_slot(std::uint32_t slot) { slot_ = slot; }

private:
    friend class OpenOrders;
    std::uint32_t slot_ = 0;
    OpenOrder* next_of_lock_ = nullptr;
};

/// Which orders are open, when each must be looked after, and which keys they depend on: an index
/// of the orders' records, which are the truth. A reader looks at the record before
/// acting.
///
/// A pointer that is handed out is valid until that order is put or erased.
class OpenOrders
{
public:
    /// The order of a database, by its key.
    using Name = std::pair<int, std::string>;

    /// An order has this open record, instead of the one it had, and holds its driver or does not.
    /// `asked_at`: when the search for a driver began.
    /// REQUIRES record.is_open(). Throws std::bad_alloc: the order is not in the index.
    void put(int database, std::string_view order, const store::AssignmentRecord& record,
             store::Deadline asked_at, store::Deadline wakes_at, bool holds);

    /// The order is not open any more.
    void erase(int database, std::string_view order);

    const OpenOrder* find(int database, std::string_view order) const;

    /// The order must be looked after at this moment. REQUIRES that it is open.
    void wake_at(int database, std::string_view order, store::Deadline deadline);

    /// The end of the order's offer was told. REQUIRES that it is open.
    void set_end_told(int database, std::string_view order);

    /// All orders that would be looked after later are at this moment.
    void wake_all_at(store::Deadline deadline);

    /// The earliest moment at which an order must be looked after.
    std::optional<store::Deadline> next_wake() const;

    /// Orders that must be looked after by now, the earliest first, at most `max`. They are not
    /// taken out.
    std::vector<Name> due(store::Deadline now, std::size_t max);

    /// Whether a change of this key may concern an open order.
    bool concerns(int database, std::string_view key) const;

    /// The orders whose driver has this lock; offers to members of this set, or to one member.
    std::vector<Name> of_lock(int database, std::string_view lock) const;
    std::vector<Name> of_available(int database, std::string_view available) const;
    std::vector<Name> of_driver(int database, std::string_view available,
                                std::string_view driver) const;

    /// How many orders are open, in all databases.
    std::size_t size() const { return heap_.size(); }

    /// How many of them are offered.
    std::size_t offered() const { return offered_; }

    /// All open offers of a database, the one that ends first first.
    std::vector<const OpenOrder*> offers(int database) const;

    void clear(int database);
    /// Exchanges the orders of two databases.
    void swap(int first, int second);

private:
    struct Hash
    {
        std::size_t operator()(std::string_view key) const { return store::hash_bytes(key); }
    };
    template <class Value>
    using Map = std::unordered_map<std::string_view, Value, Hash>;
    /// The offers to members of one set, by member.
    struct Offers
    {
        std::string available;
        std::unordered_multimap<std::string_view, const OpenOrder*, Hash> by_driver;
    };
    /// The orders of one database. The views are of what the values own.
    struct Book
    {
        Map<std::unique_ptr<OpenOrder>> by_order;
        Map<OpenOrder*> by_lock;  ///< the first of several, which are linked
        Map<std::unique_ptr<Offers>> by_available;
    };

    Book& book(int database);
    const Book& book(int database) const;
    /// nullptr if there are none.
    const Offers* offers_of(int database, std::string_view available) const;
    void file(Book& book, OpenOrder* order);
    void unfile(Book& book, OpenOrder* order);
    void file_keys(Book& book, OpenOrder* order);
    void file_offer(Book& book, const OpenOrder* order);
    void unfile_offer(Book& book, const OpenOrder* order);

    std::vector<Book> books_;  ///< by the database's number
    store::DeadlineHeap<OpenOrder> heap_;
    std::size_t offered_ = 0;
};

}  // namespace server
