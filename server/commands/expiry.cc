#include "server/commands/expiry.h"

#include <algorithm>
#include <limits>

#include "server/catalogue/command_table.h"

namespace server::commands {

std::optional<store::Deadline> to_deadline(std::int64_t number, ExpiryForm form,
                                           store::Deadline now)
{
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    if (form.in_seconds) {
        if (number > kMost / 1000 || number < kLeast / 1000) return std::nullopt;
        number *= 1000;
    }
    if (!form.absolute) {
        const std::int64_t origin = now.time_since_epoch().count();
        if (number > kMost - origin) return std::nullopt;
        number += origin;
    }
    return store::Deadline{std::chrono::milliseconds{number}};
}

CommandError invalid_expiry(const Call& call)
{
    return {"ERR invalid expire time in '{}' command", full_name(call.command)};
}

std::int64_t remaining_ms(store::Deadline deadline, const store::Clock& clock)
{
    return std::max<std::int64_t>(0, (deadline - clock.now_ms()).count());
}

}  // namespace server::commands
