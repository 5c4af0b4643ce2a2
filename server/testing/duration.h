#pragma once

#include <chrono>
#include <string_view>

#include "store/clock.h"

namespace server {

/// The end of the year 9999: no test's time goes further.
inline constexpr store::TimePoint kEndOfTime{std::chrono::seconds{253'402'300'799}};

/// A duration as people write it: "1500ms", "30s", "1h30m"; units us, ms, s, m, h, d. Throws
/// CommandError if it is none, or longer than there is time.
std::chrono::microseconds parse_duration(std::string_view text);

}  // namespace server
