#include "server/commands/waiting.h"

#include <cmath>

#include "server/execution/command_error.h"

namespace server::commands {

std::optional<store::Deadline> next_timeout(Args& args, const store::Clock& clock)
{
    constexpr std::string_view kOutOfRange = "ERR timeout is out of range";
    constexpr double kMaxMs = 9.2e18;
    const double ms =
        std::ceil(args.next_double("ERR timeout is not a float or out of range") * 1000);
    if (ms < 0) throw CommandError{"ERR timeout is negative"};
    const auto now = clock.now_ms().time_since_epoch();
    if (ms > kMaxMs - static_cast<double>(now.count())) throw CommandError{kOutOfRange};
    if (ms == 0) return std::nullopt;
    return store::Deadline{now + std::chrono::milliseconds{static_cast<std::int64_t>(ms)}};
}

}  // namespace server::commands
