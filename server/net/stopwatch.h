#pragma once

#include <chrono>

namespace server::net {

/// Time that passes evenly, from some beginning: for measuring what takes less than a microsecond.
/// Where the processor has a counter of constant speed, that is read, at a third of what a look at
/// the system's clock costs, as soon as its speed is known from the calls before.
std::chrono::nanoseconds stopwatch();

}  // namespace server::net
