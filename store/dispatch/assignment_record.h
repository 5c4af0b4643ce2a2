#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/dispatch/assignment_search.h"
#include "store/dispatch/member_list.h"
#include "store/types/hash.h"

namespace store {

/// Where an order stands.
enum class AssignmentState : std::uint8_t {
    Offered,     ///< a driver is asked, who stays available until they say yes
    Assigned,    ///< a driver has it
    Unassigned,  ///< no candidate was left, or the deadline passed
    Completed,
    Cancelled,
    Expired,  ///< assigned, and not ended within the time that a driver is held
};

std::string_view name_of(AssignmentState state);
/// Nothing if no state has this name.
std::optional<AssignmentState> state_named(std::string_view name);

/// Whether an order in this state is looked after.
constexpr bool is_open(AssignmentState state)
{
    return state == AssignmentState::Offered || state == AssignmentState::Assigned;
}

/// Tokens and sequences go up to what JavaScript can count to.
inline constexpr std::int64_t kMaxToken = std::int64_t{1} << 53;

/// The longest time that ASSIGN takes or a record may hold: 100 years.
inline constexpr std::chrono::milliseconds kMaxTime{100LL * 365 * 86'400'000};

/// The reservation of a driver for an order.
struct Reservation
{
    std::string driver;
    Place place{};
    double distance_m = 0;
    std::string lock;       ///< the lock's key
    Deadline expires_at{};  ///< of the lock: the end of the offer, or of the hold
};

/// All that is known of an order: what the hash at its key says.
struct AssignmentRecord
{
    AssignmentState state = AssignmentState::Unassigned;
    std::uint64_t token = 0;  ///< of the latest reservation, 0 if there never was one
    Deadline since{};         ///< when the state, or the reservation, began
    std::optional<Reservation> reservation;  ///< of who is asked, has it, or had it to the end
    MemberList tried;     ///< asked since the search began; their offers ran out or were lost
    MemberList rejected;  ///< who declined or gave it back
    std::uint64_t sequence = 0;  ///< events published so far
    AssignmentSearch search;

    bool is_open() const { return store::is_open(state); }
    bool is_finished() const { return !is_open(); }
};

/// The record as fields of a hash, short ones, so that the hash stays small. Lists are written as
/// netstrings ("9:driver:D4,"), places and lengths with the digits that read back as the same.
/// Fields that people added to the hash it replaces, if any, are kept.
Hash to_hash(const AssignmentRecord& record, const Hash* replaced = nullptr);

/// As to_hash(), for a record of which `written` differs in no more than the state, its moment,
/// the sequence, and the end of the reservation: the rest is copied.
Hash with_progress(const Hash& written, const AssignmentRecord& record);

/// The record in a hash. Throws Error{NotAnAssignment} with the field that is missing, malformed,
/// out of its range or in contradiction to another.
AssignmentRecord to_record(const Hash& hash);

/// Whether the hash may hold the record of an open order. It costs little: only one field is read.
bool may_be_open_record(const Hash& hash);

}  // namespace store
