#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "server/execution/call.h"
#include "store/clock.h"

namespace server::commands {

/// The unit and the origin of an expiry's number.
struct ExpiryForm
{
    bool in_seconds;  ///< EX, EXAT; otherwise milliseconds
    bool absolute;    ///< EXAT, PXAT: since the Unix epoch; otherwise from now
};

/// The moment that an expiry's number means; nothing if it does not fit in 64 bits of
/// milliseconds.
std::optional<store::Deadline> to_deadline(std::int64_t number, ExpiryForm form,
                                           store::Deadline now);

/// The error line "ERR invalid expire time in 'set' command".
CommandError invalid_expiry(const Call& call);

/// Milliseconds until the deadline, at least 0.
std::int64_t remaining_ms(store::Deadline deadline, const store::Clock& clock);

}  // namespace server::commands
