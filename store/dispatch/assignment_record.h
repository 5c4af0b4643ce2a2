#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/dispatch/assignment_search.h"
#include "store/types/hash.h"

namespace store {

/// Where an order stands.
enum class AssignmentState : std::uint8_t {
    Offered,     ///< a driver is asked; he stays available until he says yes
    Assigned,    ///< a driver has it
    Unassigned,  ///< everybody said no, or the deadline passed
    Completed,
    Cancelled,
};

std::string_view name_of(AssignmentState state);

/// The reservation of a driver for an order.
struct Reservation
{
    std::string driver;
    Place place{};
    double distance_m = 0;
    std::string lock;       ///< the lock's key
    Deadline expires_at{};  ///< of the lock, and of the offer
};

/// All that is known of an order: what the hash at its key says.
struct AssignmentRecord
{
    AssignmentState state = AssignmentState::Unassigned;
    std::uint64_t token = 0;  ///< of the latest reservation, 0 if there never was one
    std::optional<Reservation> reservation;  ///< of who is asked, has it, or had it to the end
    std::vector<std::string> tried;          ///< asked since the search began, in vain
    std::vector<std::string> rejected;       ///< who said no; they are never asked again
    std::uint64_t sequence = 0;              ///< events published so far
    AssignmentSearch search;

    bool is_finished() const
    {
        return state != AssignmentState::Offered && state != AssignmentState::Assigned;
    }
};

/// The record as fields of a hash, short ones, so that the hash stays small. Lists are written as
/// netstrings ("9:driver:D4,"), places and lengths with the digits that read back as the same.
Hash to_hash(const AssignmentRecord& record);

/// The record in a hash. Throws Error{NotAnAssignment} if it is none.
AssignmentRecord to_record(const Hash& hash);

}  // namespace store
