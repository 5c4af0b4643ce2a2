#include "store/dispatch/assignment.h"

#include <algorithm>
#include <utility>

#include "ascii/integer.h"
#include "store/error.h"
#include "store/number.h"

namespace store {

namespace {

/// What notifications call the changes that are not to the record.
constexpr std::string_view kLockSet = "set", kDriverAdded = "sadd", kDriverRemoved = "srem";

constexpr std::string_view kLockLost = "the lock was lost";
constexpr std::string_view kDriverLeft = "the driver is no longer available";

Error wrong_state(const AssignmentRecord& record)
{
    return Error{Reason::WrongState, name_of(record.state)};
}

}  // namespace

std::string_view name_of(AssignmentEvent event)
{
    switch (event) {
        case AssignmentEvent::Offered: return "offered";
        case AssignmentEvent::Assigned: return "assigned";
        case AssignmentEvent::Rejected: return "rejected";
        case AssignmentEvent::TimedOut: return "timed_out";
        case AssignmentEvent::Lost: return "lost";
        case AssignmentEvent::Released: return "released";
        case AssignmentEvent::Completed: return "completed";
        case AssignmentEvent::Cancelled: return "cancelled";
        case AssignmentEvent::Expired: return "expired";
        case AssignmentEvent::Unassigned: return "unassigned";
    }
    return "unknown";
}

std::optional<AssignmentRecord> Assignments::standing(std::string_view order)
{
    auto record = get(order);
    if (record && !stands(*record)) record.reset();
    return record;
}

std::optional<AssignmentRecord> Assignments::begin(std::string_view order, AssignmentSearch search,
                                                   bool retry)
{
    AssignmentRecord record;
    record.search = std::move(search);
    if (auto existing = get(order)) {
        if (!retry) record.rejected = std::move(existing->rejected);
        record.sequence = existing->sequence;
    }
    last_token(record.search.geo);  // refuses a counter that is none
    const auto candidate =
        find_candidate(keys_, order, record.search, asked_.of(keys_, order, record), counts_);
    if (!candidate) {
        record.sequence = 0;  // nothing is written: this is no event of a record
        listener_.order_changed(keys_.index(), order, AssignmentEvent::Unassigned, record,
                                reason_of(record, {}));
        return std::nullopt;
    }
    reserve(order, record, *candidate);
    return record;
}

AssignmentRecord Assignments::accept(std::string_view order, std::uint64_t token)
{
    AssignmentRecord record = require(order, token);
    if (record.state == AssignmentState::Assigned) return record;
    if (record.state != AssignmentState::Offered) throw wrong_state(record);
    keys_.require_type<Set>(record.search.available);
    if (!holds_driver(order, *record.reservation) || !is_available(record))
        throw Error{Reason::LockLost};

    take_driver(order, record);
    save_progress(order, record, AssignmentEvent::Assigned);
    return record;
}

AssignmentRecord Assignments::reject(std::string_view order, std::uint64_t token)
{
    AssignmentRecord record = require(order, token);
    if (record.state != AssignmentState::Offered) throw wrong_state(record);
    record.rejected.add(record.reservation->driver);
    const auto candidate = next_candidate(order, record);

    release_lock(order, record.reservation->lock);
    announce(order, record, AssignmentEvent::Rejected);
    go_on(order, record, candidate);
    return record;
}

AssignmentRecord Assignments::release(std::string_view order, Token token, std::string_view reason)
{
    AssignmentRecord record = require(order, token);
    if (record.state != AssignmentState::Assigned) throw wrong_state(record);
    keys_.require_type<Set>(record.search.available);
    record.rejected.add(record.reservation->driver);
    const auto candidate = next_candidate(order, record);

    free_driver(order, record);
    announce(order, record, AssignmentEvent::Released, reason);
    go_on(order, record, candidate);
    return record;
}

AssignmentRecord Assignments::complete(std::string_view order, Token token)
{
    AssignmentRecord record = require(order, token);
    if (record.state == AssignmentState::Completed) return record;
    if (record.state != AssignmentState::Assigned) throw wrong_state(record);
    keys_.require_type<Set>(record.search.available);

    free_driver(order, record);
    enter(record, AssignmentState::Completed);
    save_progress(order, record, AssignmentEvent::Completed);
    return record;
}

AssignmentRecord Assignments::cancel(std::string_view order, Token token,
                                     std::optional<AssignmentState> state)
{
    AssignmentRecord record = require(order, token);
    if (record.state == AssignmentState::Cancelled && state.value_or(record.state) == record.state)
        return record;
    const bool can_end = record.is_open() || record.state == AssignmentState::Unassigned;
    if (!can_end || (state && record.state != *state)) throw wrong_state(record);
    keys_.require_type<Set>(record.search.available);

    if (record.state == AssignmentState::Offered) release_lock(order, record.reservation->lock);
    if (record.state == AssignmentState::Assigned) free_driver(order, record);
    enter(record, AssignmentState::Cancelled);
    save_progress(order, record, AssignmentEvent::Cancelled);
    return record;
}

std::optional<AssignmentRecord> Assignments::get(std::string_view order)
{
    const auto* hash = keys_.find<Hash>(order);
    if (hash == nullptr) return std::nullopt;
    return to_record(*hash);
}

std::optional<AssignmentRecord> Assignments::find(std::string_view order)
{
    try {
        return get(order);
    } catch (const Error&) {
        return std::nullopt;  // the key was put to another use
    }
}

DriverNow Assignments::driver(std::string_view member, std::string_view lock_pattern)
{
    DriverNow now{.lock = lock_key(lock_pattern, member)};
    now.locked = keys_.holds(now.lock);
    if (!now.locked) return now;
    now.ends_at = keys_.deadline(now.lock);
    if (const auto* value = keys_.find_if_type<String>(now.lock)) now.value = value->view();
    auto record = find(now.value);
    if (record && record->is_open() && record->reservation->lock == now.lock)
        now.record = std::move(record);
    return now;
}

bool Assignments::stands(const AssignmentRecord& record)
{
    return record.is_open() || record.state == AssignmentState::Completed;
}

void Assignments::look_after(std::string_view order, LastSeen seen)
{
    auto record = find(order);
    if (!record || !record->is_open()) return;
    if (record->state == AssignmentState::Offered) {
        if (auto ended = end_of(order, *std::move(record))) pass_on(order, *ended, seen.end_told);
        return;
    }
    const Reservation& held = *record->reservation;
    if (held.expires_at <= keys_.clock().now_ms()) return expire(order, *record);
    if (seen.held_driver && !keys_.holds(held.lock))
        keys_.put_string(held.lock, order, {.deadline = held.expires_at, .event = kLockSet});
}

std::optional<EndedOffer> Assignments::ended_offer(std::string_view order)
{
    auto record = find(order);
    if (!record || record->state != AssignmentState::Offered) return std::nullopt;
    return end_of(order, *std::move(record));
}

/// How this offer ended, if it did.
std::optional<EndedOffer> Assignments::end_of(std::string_view order, AssignmentRecord record)
{
    const Reservation& reservation = *record.reservation;
    auto event = AssignmentEvent::Lost;
    std::string_view reason;
    if (reservation.expires_at <= keys_.clock().now_ms()) {
        event = AssignmentEvent::TimedOut;
    } else if (!holds_driver(order, reservation)) {
        reason = kLockLost;
    } else if (!is_available(record)) {
        reason = kDriverLeft;
    } else {
        return std::nullopt;
    }
    count_event(record);
    return EndedOffer{std::move(record), event, reason};
}

Deadline Assignments::next_look(const Reservation& reservation)
{
    const auto lock_ends_at = keys_.deadline(reservation.lock);
    return std::min(reservation.expires_at, lock_ends_at.value_or(reservation.expires_at));
}

/// Compare before delete: another's lock stays.
void Assignments::release_lock(std::string_view order, std::string_view lock)
{
    if (is_lock_of(order, lock)) keys_.erase(lock);
}

void Assignments::rename_lock(std::string_view lock, std::string_view from, std::string_view to)
{
    if (is_lock_of(from, lock))
        keys_.put_string(lock, to, {.keep_deadline = true, .event = kLockSet});
}

AssignmentRecord Assignments::require(std::string_view order, Token token)
{
    auto record = get(order);
    if (!record) throw Error{Reason::NoSuchOrder};
    if (token && *token != record->token) throw Error{Reason::StaleToken};
    return *std::move(record);
}

std::uint64_t Assignments::last_token(std::string_view geo)
{
    const auto* counter = keys_.find<String>(token_key(geo));
    if (counter == nullptr) return 0;
    const auto number = ascii::parse_integer(counter->view());
    if (!number || *number < 0 || *number >= kMaxToken) throw Error{Reason::NotAnInteger};
    return static_cast<std::uint64_t>(*number);
}

bool Assignments::holds_driver(std::string_view order, const Reservation& reservation)
{
    return is_lock_of(order, reservation.lock);
}

/// What makes a lock an order's: its value.
bool Assignments::is_lock_of(std::string_view order, std::string_view lock)
{
    const auto* value = keys_.find_if_type<String>(lock);
    return value != nullptr && value->view() == order;
}

bool Assignments::is_available(const AssignmentRecord& record)
{
    const auto* available = keys_.find_if_type<Set>(record.search.available);
    return available != nullptr && available->contains(record.reservation->driver);
}

/// A driver whom the order no longer holds is another's, and is left alone.
void Assignments::free_driver(std::string_view order, const AssignmentRecord& record)
{
    if (!holds_driver(order, *record.reservation)) return;
    keys_.erase(record.reservation->lock);
    auto available = keys_.edit<Set>(record.search.available);
    available.event = kDriverAdded;
    available.added = record.reservation->driver;
    available.changes += available->add(record.reservation->driver);
}

std::optional<Candidate> Assignments::next_candidate(std::string_view order,
                                                     const AssignmentRecord& record)
{
    last_token(record.search.geo);  // refuses a counter that is none
    const auto deadline = record.search.deadline;
    if (deadline && *deadline <= keys_.clock().now_ms()) return std::nullopt;
    return find_candidate(keys_, order, record.search, asked_.of(keys_, order, record), counts_);
}

void Assignments::reserve(std::string_view order, AssignmentRecord& record,
                          const Candidate& candidate)
{
    const AssignmentSearch& search = record.search;
    record.token = last_token(search.geo) + 1;
    record.reservation = Reservation{.driver = candidate.member,
                                     .place = candidate.place,
                                     .distance_m = candidate.distance_m,
                                     .lock = lock_key(search.lock_pattern, candidate.member)};
    listener_.driver_taken(keys_.index(), order, record.reservation->lock);
    keys_.put_string(token_key(search.geo), ascii::IntegerText{record.token}, {.event = kLockSet});
    if (!search.offer) {
        take_driver(order, record);
        return save(order, record, AssignmentEvent::Assigned);
    }

    // The deadline bounds acceptance, too.
    Deadline& expires_at = record.reservation->expires_at;
    expires_at = keys_.clock().now_ms() + search.lock_time;
    if (search.deadline) expires_at = std::min(expires_at, *search.deadline);
    keys_.put_string(record.reservation->lock, order, {.deadline = expires_at, .event = kLockSet});
    enter(record, AssignmentState::Offered);
    save(order, record, AssignmentEvent::Offered);
}

/// From now on the driver is out of the pool, and the lock says so for as long as one is held.
void Assignments::take_driver(std::string_view order, AssignmentRecord& record)
{
    Reservation& reservation = *record.reservation;
    reservation.expires_at = keys_.clock().now_ms() + record.search.hold_time;
    keys_.put_string(reservation.lock, order,
                     {.deadline = reservation.expires_at, .event = kLockSet});
    {
        auto available = keys_.edit_existing<Set>(record.search.available);
        available.event = kDriverRemoved;
        available.removed = reservation.driver;
        available.changes += available->erase(reservation.driver);
    }
    enter(record, AssignmentState::Assigned);
}

/// The driver is left as they are: where they are after all that time is not known.
void Assignments::expire(std::string_view order, AssignmentRecord& record)
{
    release_lock(order, record.reservation->lock);
    enter(record, AssignmentState::Expired);
    save_progress(order, record, AssignmentEvent::Expired);
}

/// Goes on after an offer that ended without the driver's answer.
void Assignments::pass_on(std::string_view order, EndedOffer& ended, bool end_told)
{
    AssignmentRecord& record = ended.record;
    record.tried.add(record.reservation->driver);
    std::optional<Candidate> candidate;
    std::optional<Shortage> shortage;
    try {
        candidate = next_candidate(order, record);
    } catch (const Error&) {
        shortage = Shortage::KeyMisused;
    }
    release_lock(order, record.reservation->lock);
    if (!end_told) listener_.order_changed(keys_.index(), order, ended.event, record, ended.reason);
    go_on(order, record, candidate, shortage);
}

/// After a reservation has ended: the next one, or the end.
void Assignments::go_on(std::string_view order, AssignmentRecord& record,
                        const std::optional<Candidate>& candidate, std::optional<Shortage> shortage)
{
    if (candidate) return reserve(order, record, *candidate);
    record.reservation.reset();
    enter(record, AssignmentState::Unassigned);
    save(order, record, AssignmentEvent::Unassigned, reason_of(record, shortage));
}

/// Why there is no candidate; nothing if the reason is not wanted.
std::string_view Assignments::reason_of(const AssignmentRecord& record,
                                        std::optional<Shortage> shortage)
{
    if (!listener_.wants_reasons()) return {};
    const auto deadline = record.search.deadline;
    if (!shortage && deadline && *deadline <= keys_.clock().now_ms())
        shortage = Shortage::DeadlinePassed;
    return text_of(shortage ? *shortage : shortage_of(keys_, record.search));
}

void Assignments::enter(AssignmentRecord& record, AssignmentState state) const
{
    record.state = state;
    record.since = keys_.clock().now_ms();
}

/// A record takes no higher number: there the counting ends.
void Assignments::count_event(AssignmentRecord& record)
{
    record.sequence = std::min<std::uint64_t>(record.sequence + 1, kMaxToken);
}

void Assignments::save(std::string_view order, AssignmentRecord& record, AssignmentEvent event,
                       std::string_view reason)
{
    count_event(record);
    put(order, record, to_hash(record, keys_.find_if_type<Hash>(order)), event, reason);
}

/// As save(), for a record whose driver and search are those that were read.
void Assignments::save_progress(std::string_view order, AssignmentRecord& record,
                                AssignmentEvent event)
{
    count_event(record);
    // The lock's key may have been the order's.
    const auto* written = keys_.find_if_type<Hash>(order);
    put(order, record, written != nullptr ? with_progress(*written, record) : to_hash(record),
        event, {});
}

/// Puts the record's new hash and tells of it. A finished one lives only so much longer.
void Assignments::put(std::string_view order, const AssignmentRecord& record, Hash hash,
                      AssignmentEvent event, std::string_view reason)
{
    keys_.put(order, std::move(hash));
    if (record.is_finished()) keys_.expire(order, keys_.clock().now_ms() + record_time_);
    listener_.order_changed(keys_.index(), order, event, record, reason);
}

/// Tells of a change that another one follows at once, with which it will be written.
void Assignments::announce(std::string_view order, AssignmentRecord& record, AssignmentEvent event,
                           std::string_view reason)
{
    count_event(record);
    listener_.order_changed(keys_.index(), order, event, record, reason);
}

}  // namespace store
