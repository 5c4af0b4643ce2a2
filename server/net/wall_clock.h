#pragma once

#include <chrono>

#include "store/clock.h"

namespace server::net {

/// The time of day. This is the only place that asks for it; the server goes by an AnchoredClock,
/// and everybody else is handed a Clock.
inline store::TimePoint wall_clock()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace server::net
