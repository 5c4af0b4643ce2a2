#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

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
    Completed,
    Cancelled,
    Unassigned,
};

std::string_view name_of(AssignmentEvent event);

/// Told of every change of an order, after it was made, in order.
class AssignmentListener
{
public:
    virtual ~AssignmentListener() = default;
    /// `record` is the order as it is now; for Rejected and TimedOut it still has the reservation
    /// that ended. An ASSIGN that finds nobody writes nothing, and is
    /// told as Unassigned with sequence 0.
    virtual void order_changed(int database, std::string_view order, AssignmentEvent event,
                               const AssignmentRecord& record) = 0;
};

/// The rules of ASSIGN over one database: orders, the drivers they hold, and the locks and tokens
/// that keep a driver from being given away twice. Everything is kept in plain keys: the order's
/// hash, the lock, the set of available drivers, and a counter at `<geo>:token`.
///
/// Each operation first checks everything and throws Error, having changed nothing, or then makes
/// all of its changes. WrongType and NotAnAssignment come from any of them.
class Assignments
{
public:
    /// All three must outlive it. Finished records live on for `record_time`.
    Assignments(Keyspace& keys, AssignmentListener& listener, std::chrono::milliseconds record_time)
        : keys_(keys), listener_(listener), record_time_(record_time)
    {}

    /// Finds a driver and takes him, or offers him the order. An order that is offered, assigned or
    /// completed is left as it is, so that a client may ask again; only otherwise, `search` is
    /// asked whom the order wants. Nothing, and no record, if there is no candidate. Throws what
    /// `search` throws.
    std::optional<AssignmentRecord> assign(std::string_view order,
                                           const std::function<const AssignmentSearch&()>& search);

    /// The driver who was offered the order takes it; his lock's time begins anew. Throws
    /// NoSuchOrder, StaleToken, WrongState, or LockLost if he is no longer available or his lock is
    /// no longer this order's. Accepting twice is no error.
    AssignmentRecord accept(std::string_view order, std::uint64_t token);

    /// The driver declines: his lock is released, he is never asked again, and the search goes on.
    /// Throws NoSuchOrder, StaleToken or WrongState.
    AssignmentRecord reject(std::string_view order, std::uint64_t token);

    /// Delivered: the driver is available again. Completing twice is no error. Throws NoSuchOrder
    /// or WrongState.
    AssignmentRecord complete(std::string_view order);

    /// Ends the order, whatever its state; a driver who had been taken is available again. Throws
    /// NoSuchOrder.
    AssignmentRecord cancel(std::string_view order);

    std::optional<AssignmentRecord> get(std::string_view order);

    /// Whether assign() would leave an order with this record as it is.
    bool stands(const AssignmentRecord& record) const;

    /// The record, if it is one with an open offer. Never throws.
    std::optional<AssignmentRecord> open_offer(std::string_view order);

    /// Ends the offer of an order if its time is over, and goes on to the next candidate. Never
    /// throws: whatever was done to the keys meanwhile, the order goes on or ends as unassigned.
    void time_out(std::string_view order);

private:
    bool is_overdue(const AssignmentRecord& record) const;
    AssignmentRecord require(std::string_view order);
    AssignmentRecord require_offer(std::string_view order, std::uint64_t token);
    std::uint64_t last_token(std::string_view geo);
    bool holds_lock(std::string_view order, const Reservation& reservation);
    void release_lock(std::string_view order, const Reservation& reservation);
    void make_available(const AssignmentRecord& record);

    std::optional<Candidate> next_candidate(std::string_view order, const AssignmentRecord& record);
    void reserve(std::string_view order, AssignmentRecord& record, const Candidate& candidate);
    void go_on(std::string_view order, AssignmentRecord& record,
               const std::optional<Candidate>& candidate);
    void save(std::string_view order, AssignmentRecord& record, AssignmentEvent event);
    void announce(std::string_view order, AssignmentRecord& record, AssignmentEvent event);

    Keyspace& keys_;
    AssignmentListener& listener_;
    std::chrono::milliseconds record_time_;
};

}  // namespace store
