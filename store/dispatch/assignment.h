#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/dispatch/asked_drivers.h"
#include "store/dispatch/assignment_record.h"
#include "store/dispatch/assignment_search.h"
#include "store/keyspace.h"

namespace store {

/// What happened to an order.
enum class AssignmentEvent : std::uint8_t {
    Offered,
    Assigned,
    Rejected,
    TimedOut,
    Lost,      ///< an offer whose driver left the pool, or whose lock was lost
    Released,  ///< the driver gave an accepted order back
    Completed,
    Cancelled,
    Expired,  ///< the driver was held for as long as a driver is held
    Unassigned,
};

std::string_view name_of(AssignmentEvent event);

/// Told of every change of an order, after it was made, in order.
class AssignmentListener
{
public:
    virtual ~AssignmentListener() = default;
    /// `record` is the order as it is now; for events after which the search goes on it still has
    /// the reservation that ended. An ASSIGN that finds no candidate writes nothing, and is told as
    /// Unassigned with sequence 0. `reason` may be empty.
    virtual void order_changed(int database, std::string_view order, AssignmentEvent event,
                               const AssignmentRecord& record, std::string_view reason) = 0;
    /// Whether somebody wants to know why there is no candidate, which costs a search.
    virtual bool wants_reasons() const = 0;
    /// The driver who has this lock is about to be given to an order. Another order's offer to them
    /// may be over by now, without its end having been told.
    virtual void driver_taken(int /*database*/, std::string_view /*order*/,
                              std::string_view /*lock*/)
    {}
};

/// An offer that is over, and how it ended. The record is still that of the offer, and counts the
/// end as its last event.
struct EndedOffer
{
    AssignmentRecord record;
    AssignmentEvent event;
    std::string_view reason;
};

/// What is known of an open order from the last time it was looked at.
struct LastSeen
{
    bool held_driver = false;  ///< the lock's value was the order
    bool end_told = false;     ///< the offer has ended since then, and that was told
};

/// What a driver is doing, by their lock.
struct DriverNow
{
    std::string lock;  ///< the lock's key
    bool locked = false;
    std::string value;                ///< of the lock: the order, if it was ASSIGN that took it
    std::optional<Deadline> ends_at;  ///< of the lock
    std::optional<AssignmentRecord> record;  ///< of the order, if it holds the driver
};

/// The rules of ASSIGN over one database: orders, the drivers they hold, and the locks and tokens
/// that keep a driver from being given away twice. Everything is kept in plain keys: the order's
/// hash, the lock, the set of available drivers, and a counter at `<geo>:token`. An order holds a
/// driver while the driver's lock has the order's key as its value.
///
/// Each operation first checks everything and throws Error, having changed nothing, or then makes
/// all of its changes. WrongType and NotAnAssignment come from any of them.
class Assignments
{
public:
    using Token = std::optional<std::uint64_t>;

    /// All four must outlive it. Finished records live on for `record_time`.
    Assignments(Keyspace& keys, AssignmentListener& listener, AskedDrivers& asked,
                SearchCounts& counts, std::chrono::milliseconds record_time)
        : keys_(keys),
          listener_(listener),
          asked_(asked),
          counts_(counts),
          record_time_(record_time)
    {}

    /// The record of an order that ASSIGN is to leave as it is: offered, assigned or completed.
    std::optional<AssignmentRecord> standing(std::string_view order);

    /// Finds a driver and takes them, or offers them the order; `retry`: also those who declined
    /// it before. Nothing, and no record, if there is no candidate. REQUIRES: the order does not
    /// stand.
    std::optional<AssignmentRecord> begin(std::string_view order, AssignmentSearch search,
                                          bool retry = false);

    /// The driver who was offered the order takes it, and is held from now on. Throws NoSuchOrder,
    /// StaleToken, WrongState, or LockLost if they are no longer available or their lock is no
    /// longer this order's. Accepting twice is no error.
    AssignmentRecord accept(std::string_view order, std::uint64_t token);

    /// The driver declines: the lock is released, they are not asked again, and the search goes on.
    /// Throws NoSuchOrder, StaleToken or WrongState.
    AssignmentRecord reject(std::string_view order, std::uint64_t token);

    /// The driver gives an accepted order back: as reject(), and they are available again if the
    /// order still held them.
    AssignmentRecord release(std::string_view order, Token token, std::string_view reason);

    /// Delivered: the driver is available again, if the order still held them. Completing twice is
    /// no error. Throws NoSuchOrder, StaleToken or WrongState.
    AssignmentRecord complete(std::string_view order, Token token = {});

    /// Ends an order that is not completed or expired; a driver who had been taken is available
    /// again, if the order still held them. With `state`, only if the order is in it. Cancelling
    /// twice is no error. Throws NoSuchOrder, StaleToken or WrongState.
    AssignmentRecord cancel(std::string_view order, Token token = {},
                            std::optional<AssignmentState> state = {});

    std::optional<AssignmentRecord> get(std::string_view order);
    /// The record, nothing if the key is missing or holds anything else.
    std::optional<AssignmentRecord> find(std::string_view order);

    DriverNow driver(std::string_view member, std::string_view lock_pattern);

    /// Whether ASSIGN would leave an order with this record as it is.
    static bool stands(const AssignmentRecord& record);

    /// Sees to an order whose time may be over, or whose keys were changed by others: ends an offer
    /// that has run out or was lost, and goes on to the next candidate; ends a hold that is over;
    /// takes the lock of an assigned driver again, if it is gone and the order held the driver
    /// until then. Whatever was done to the keys meanwhile, the order goes on or ends as
    /// unassigned. Never throws Error.
    void look_after(std::string_view order, LastSeen seen);

    /// How the order's offer ended, if it is over and look_after() has not gone on yet. Whoever
    /// tells of it says so to look_after(), which then does not.
    std::optional<EndedOffer> ended_offer(std::string_view order);

    /// The moment at which look_after() is to be called next, if nothing happens meanwhile: the
    /// end of the reservation or of its lock.
    Deadline next_look(const Reservation& reservation);

    /// Whether the lock's value is this order.
    bool holds_driver(std::string_view order, const Reservation& reservation);
    /// Deletes the lock if its value is this order.
    void release_lock(std::string_view order, std::string_view lock);
    /// An order has another name now: so its lock has, if it was the order's.
    void rename_lock(std::string_view lock, std::string_view from, std::string_view to);

private:
    AssignmentRecord require(std::string_view order, Token token);
    std::uint64_t last_token(std::string_view geo);
    bool is_lock_of(std::string_view order, std::string_view lock);
    bool is_available(const AssignmentRecord& record);
    void free_driver(std::string_view order, const AssignmentRecord& record);

    std::optional<Candidate> next_candidate(std::string_view order, const AssignmentRecord& record);
    void reserve(std::string_view order, AssignmentRecord& record, const Candidate& candidate);
    void take_driver(std::string_view order, AssignmentRecord& record);
    void expire(std::string_view order, AssignmentRecord& record);
    std::optional<EndedOffer> end_of(std::string_view order, AssignmentRecord record);
    void pass_on(std::string_view order, EndedOffer& ended, bool end_told);
    void go_on(std::string_view order, AssignmentRecord& record,
               const std::optional<Candidate>& candidate, std::optional<Shortage> shortage = {});
    std::string_view reason_of(const AssignmentRecord& record, std::optional<Shortage> shortage);
    void enter(AssignmentRecord& record, AssignmentState state) const;
    static void count_event(AssignmentRecord& record);
    void save(std::string_view order, AssignmentRecord& record, AssignmentEvent event,
              std::string_view reason = {});
    void save_progress(std::string_view order, AssignmentRecord& record, AssignmentEvent event);
    void put(std::string_view order, const AssignmentRecord& record, Hash hash,
             AssignmentEvent event, std::string_view reason);
    void announce(std::string_view order, AssignmentRecord& record, AssignmentEvent event,
                  std::string_view reason = {});

    Keyspace& keys_;
    AssignmentListener& listener_;
    AskedDrivers& asked_;
    SearchCounts& counts_;
    std::chrono::milliseconds record_time_;
};

}  // namespace store
