#include "store/dispatch/assignment.h"

#include <fmt/format.h>

#include <utility>

#include "store/error.h"
#include "store/number.h"

namespace store {

namespace {

/// Everybody whom a running search passes over: those who were asked since it began, and those who
/// ever said no.
std::vector<std::string> passed_over(const AssignmentRecord& record)
{
    std::vector<std::string> members = record.tried;
    members.insert(members.end(), record.rejected.begin(), record.rejected.end());
    return members;
}

}  // namespace

std::string_view name_of(AssignmentEvent event)
{
    switch (event) {
        case AssignmentEvent::Offered: return "offered";
        case AssignmentEvent::Assigned: return "assigned";
        case AssignmentEvent::Rejected: return "rejected";
        case AssignmentEvent::TimedOut: return "timed_out";
        case AssignmentEvent::Completed: return "completed";
        case AssignmentEvent::Cancelled: return "cancelled";
        case AssignmentEvent::Unassigned: return "unassigned";
    }
    return "unknown";
}

std::optional<AssignmentRecord> Assignments::assign(
    std::string_view order, const std::function<const AssignmentSearch&()>& search)
{
    auto existing = get(order);
    if (existing && stands(*existing)) return existing;
    if (existing && is_overdue(*existing)) {
        time_out(order);
        return get(order);
    }

    AssignmentRecord record;
    record.search = search();
    if (existing) {
        record.rejected = std::move(existing->rejected);
        record.sequence = existing->sequence;
    }
    last_token(record.search.geo);  // refuses a counter that is none
    const auto candidate = find_candidate(keys_, order, record.search, record.rejected);
    if (!candidate) {
        record.sequence = 0;  // nothing is written: this is no event of a record
        listener_.order_changed(keys_.index(), order, AssignmentEvent::Unassigned, record);
        return std::nullopt;
    }
    reserve(order, record, *candidate);
    return record;
}

AssignmentRecord Assignments::accept(std::string_view order, std::uint64_t token)
{
    AssignmentRecord record = require_offer(order, token);
    if (record.state == AssignmentState::Assigned) return record;
    const auto* available = keys_.find<Set>(record.search.available);
    const Reservation& reservation = *record.reservation;
    if (!holds_lock(order, reservation) || available == nullptr ||
        !available->contains(reservation.driver))
        throw Error{Reason::LockLost};

    // Whoever read a moment ago that he is available must not find him unlocked a moment later.
    record.reservation->expires_at = keys_.clock().now_ms() + record.search.lock_time;
    keys_.expire(reservation.lock, record.reservation->expires_at);
    auto edit = keys_.edit_existing<Set>(record.search.available);
    edit.changes += edit->erase(reservation.driver);
    record.state = AssignmentState::Assigned;
    save(order, record, AssignmentEvent::Assigned);
    return record;
}

AssignmentRecord Assignments::reject(std::string_view order, std::uint64_t token)
{
    AssignmentRecord record = require_offer(order, token);
    if (record.state != AssignmentState::Offered) throw Error{Reason::WrongState};
    last_token(record.search.geo);  // refuses a counter that is none
    record.rejected.push_back(record.reservation->driver);
    const auto candidate = next_candidate(order, record);

    release_lock(order, *record.reservation);
    announce(order, record, AssignmentEvent::Rejected);
    go_on(order, record, candidate);
    return record;
}

AssignmentRecord Assignments::complete(std::string_view order)
{
    AssignmentRecord record = require(order);
    if (record.state == AssignmentState::Completed) return record;
    if (record.state != AssignmentState::Assigned) throw Error{Reason::WrongState};
    keys_.find<Set>(record.search.available);  // refuses a wrong type

    release_lock(order, *record.reservation);
    make_available(record);
    record.state = AssignmentState::Completed;
    save(order, record, AssignmentEvent::Completed);
    return record;
}

AssignmentRecord Assignments::cancel(std::string_view order)
{
    AssignmentRecord record = require(order);
    if (record.state == AssignmentState::Cancelled) return record;
    keys_.find<Set>(record.search.available);  // refuses a wrong type

    if (!record.is_finished()) release_lock(order, *record.reservation);
    if (record.state == AssignmentState::Assigned) make_available(record);
    record.state = AssignmentState::Cancelled;
    save(order, record, AssignmentEvent::Cancelled);
    return record;
}

std::optional<AssignmentRecord> Assignments::get(std::string_view order)
{
    const auto* hash = keys_.find<Hash>(order);
    if (hash == nullptr) return std::nullopt;
    return to_record(*hash);
}

bool Assignments::stands(const AssignmentRecord& record) const
{
    const bool starts_afresh =
        record.state == AssignmentState::Unassigned || record.state == AssignmentState::Cancelled;
    return !starts_afresh && !is_overdue(record);
}

std::optional<AssignmentRecord> Assignments::open_offer(std::string_view order)
{
    try {
        auto record = get(order);
        if (record && record->state == AssignmentState::Offered) return record;
    } catch (const Error&) {
        // The key was put to another use.
    }
    return std::nullopt;
}

void Assignments::time_out(std::string_view order)
{
    auto record = open_offer(order);
    if (!record || !is_overdue(*record)) return;

    record->tried.push_back(record->reservation->driver);
    std::optional<Candidate> candidate;
    try {
        last_token(record->search.geo);
        candidate = next_candidate(order, *record);
    } catch (const Error&) {
        // One of the search's keys was put to another use: there is nobody left to ask.
    }
    release_lock(order, *record->reservation);
    announce(order, *record, AssignmentEvent::TimedOut);
    go_on(order, *record, candidate);
}

bool Assignments::is_overdue(const AssignmentRecord& record) const
{
    return record.state == AssignmentState::Offered &&
           record.reservation->expires_at <= keys_.clock().now_ms();
}

AssignmentRecord Assignments::require(std::string_view order)
{
    if (auto record = get(order)) return *std::move(record);
    throw Error{Reason::NoSuchOrder};
}

/// An order whose current reservation has this token and was not refused or given up.
AssignmentRecord Assignments::require_offer(std::string_view order, std::uint64_t token)
{
    AssignmentRecord record = require(order);
    if (token != record.token) throw Error{Reason::StaleToken};
    if (record.is_finished()) throw Error{Reason::WrongState};
    return record;
}

std::uint64_t Assignments::last_token(std::string_view geo)
{
    const auto* counter = keys_.find<String>(token_key(geo));
    if (counter == nullptr) return 0;
    const auto number = parse_integer(counter->view());
    constexpr std::int64_t kMost = std::int64_t{1} << 53;  // what JavaScript can count to
    if (!number || *number < 0 || *number >= kMost) throw Error{Reason::NotAnInteger};
    return static_cast<std::uint64_t>(*number);
}

bool Assignments::holds_lock(std::string_view order, const Reservation& reservation)
{
    return keys_.type(reservation.lock) == kTypeOf<String> &&
           keys_.find<String>(reservation.lock)->view() == order;
}

/// Compare before delete: another's lock stays.
void Assignments::release_lock(std::string_view order, const Reservation& reservation)
{
    if (holds_lock(order, reservation)) keys_.erase(reservation.lock);
}

void Assignments::make_available(const AssignmentRecord& record)
{
    auto available = keys_.edit<Set>(record.search.available);
    available.changes += available->add(record.reservation->driver);
}

std::optional<Candidate> Assignments::next_candidate(std::string_view order,
                                                     const AssignmentRecord& record)
{
    const auto deadline = record.search.deadline;
    if (deadline && *deadline <= keys_.clock().now_ms()) return std::nullopt;
    return find_candidate(keys_, order, record.search, passed_over(record));
}

void Assignments::reserve(std::string_view order, AssignmentRecord& record,
                          const Candidate& candidate)
{
    const AssignmentSearch& search = record.search;
    record.token = last_token(search.geo) + 1;
    record.reservation = Reservation{.driver = candidate.member,
                                     .place = candidate.place,
                                     .distance_m = candidate.distance_m,
                                     .lock = lock_key(search.lock_pattern, candidate.member),
                                     .expires_at = keys_.clock().now_ms() + search.lock_time};
    keys_.put_string(token_key(search.geo), fmt::format_int{record.token}.str());
    keys_.put_string(record.reservation->lock, order, {.deadline = record.reservation->expires_at});
    if (search.offer) {
        record.state = AssignmentState::Offered;
        return save(order, record, AssignmentEvent::Offered);
    }
    auto available = keys_.edit_existing<Set>(search.available);
    available.changes += available->erase(candidate.member);
    record.state = AssignmentState::Assigned;
    save(order, record, AssignmentEvent::Assigned);
}

/// After an offer has ended: the next one, or the end.
void Assignments::go_on(std::string_view order, AssignmentRecord& record,
                        const std::optional<Candidate>& candidate)
{
    if (candidate) return reserve(order, record, *candidate);
    record.reservation.reset();
    record.state = AssignmentState::Unassigned;
    save(order, record, AssignmentEvent::Unassigned);
}

/// Writes the record and tells of it. A finished one lives only so much longer.
void Assignments::save(std::string_view order, AssignmentRecord& record, AssignmentEvent event)
{
    ++record.sequence;
    keys_.put(order, to_hash(record));
    if (record.is_finished()) keys_.expire(order, keys_.clock().now_ms() + record_time_);
    listener_.order_changed(keys_.index(), order, event, record);
}

/// Tells of a change that another one follows at once, with which it will be written.
void Assignments::announce(std::string_view order, AssignmentRecord& record, AssignmentEvent event)
{
    ++record.sequence;
    listener_.order_changed(keys_.index(), order, event, record);
}

}  // namespace store
