#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "server/insight/histogram.h"
#include "store/dispatch/assignment.h"

namespace server {

/// What INFO counts of ASSIGN's work.
struct DispatchStats
{
    store::SearchCounts searches;
    Histogram ms_to_assignment;  ///< from ASSIGN until a driver has the order

    std::uint64_t& of(store::AssignmentEvent event)
    {
        return events_[static_cast<std::size_t>(event)];
    }
    std::uint64_t of(store::AssignmentEvent event) const
    {
        return events_[static_cast<std::size_t>(event)];
    }

private:
    std::array<std::uint64_t, static_cast<std::size_t>(store::AssignmentEvent::Unassigned) + 1>
        events_{};
};

}  // namespace server
