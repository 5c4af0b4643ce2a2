#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "server/execution/call.h"
#include "store/clock.h"

namespace server::commands {

/// The end of a blocking command's timeout in seconds, a long double; nothing for 0, which means
/// for ever. Rounded up to milliseconds. Throws Redis's errors for what is no number, negative, or
/// too far away.
std::optional<store::Deadline> deadline_after(std::string_view timeout, const store::Clock& clock);
inline std::optional<store::Deadline> next_timeout(Args& args, const store::Clock& clock)
{
    return deadline_after(args.next(), clock);
}

/// Calls `serve(key)` for the keys in order until it returns true. If it does not for any of them,
/// the session waits for one of them to hold a value of this type; if it must not wait, or has
/// waited long enough, `give_up()` replies.
template <class Serve, class GiveUp>
void serve_or_wait(Call& call, std::span<const std::string_view> keys, store::Type type,
                   std::optional<store::Deadline> deadline, Serve&& serve, GiveUp&& give_up)
{
    for (const auto key : keys)
        if (call.may_try(key) && serve(key)) return;
    if (!call.wait_for(keys, type, deadline)) give_up();
}

}  // namespace server::commands
