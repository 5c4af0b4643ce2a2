#include "server/commands/waiting.h"

#include <cmath>

#include "server/execution/command_error.h"
#include "store/number.h"

namespace server::commands {

std::optional<store::Deadline> deadline_after(std::string_view timeout, const store::Clock& clock)
{
    constexpr std::string_view kOutOfRange = "ERR timeout is out of range";
    constexpr long double kMaxMs = 9.2e18L;
    const auto seconds = store::parse_long_double(timeout);
    if (!seconds) throw CommandError{"ERR timeout is not a float or out of range"};
    const long double ms = std::ceil(*seconds * 1000);
    if (ms < 0) throw CommandError{"ERR timeout is negative"};
    const auto now = clock.now_ms().time_since_epoch();
    if (ms > kMaxMs - static_cast<long double>(now.count())) throw CommandError{kOutOfRange};
    if (ms == 0) return std::nullopt;
    return store::Deadline{now + std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

}  // namespace server::commands
