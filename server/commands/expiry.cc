#include "server/commands/expiry.h"

#include <algorithm>
#include <limits>

#include "server/catalogue/command_table.h"

namespace server::commands {

std::optional<store::Deadline> to_deadline(std::int64_t number, ExpiryForm form,
                                           store::Deadline now)
{
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    if (form.in_seconds) {
        if (number > kMax / 1000 || number < kMin / 1000) return std::nullopt;
        number *= 1000;
    }
    if (!form.absolute) {
        const std::int64_t origin = now.time_since_epoch().count();
        if (number > kMax - origin) return std::nullopt;
        number += origin;
    }
    return store::Deadline{std::chrono::milliseconds{number}};
}

CommandError invalid_expiry(const Call& call)
{
    return {"ERR invalid expire time in '{}' command", full_name(call.command)};
}

bool ExpiryOption::accept(Args& args)
{
    const std::string_view word = wordy_ == Wordy::KeepTtl ? "KEEPTTL" : "PERSIST";
    if (!form_ && args.accept(word)) {
        is_wordy_ = true;
        return true;
    }
    for (const auto& [number_word, form] : kExpiryWords)
        if (accept(args, number_word, form)) return true;
    return false;
}

bool ExpiryOption::accept(Args& args, std::string_view word, ExpiryForm form)
{
    const bool conflicts = is_wordy_ || (form_ && *form_ != form);
    if (conflicts || !args.accept(word, 1)) return false;
    form_ = form;
    number_ = args.next();
    return true;
}

std::optional<store::Deadline> ExpiryOption::deadline(const Call& call) const
{
    if (!form_) return std::nullopt;
    Args number{{&number_, 1}};
    return next_deadline(call, number, *form_);
}

store::Deadline next_deadline(const Call& call, Args& args, ExpiryForm form)
{
    const std::int64_t amount = args.next_integer();
    if (amount <= 0) throw invalid_expiry(call);
    const auto deadline = to_deadline(amount, form, call.keys.clock().now_ms());
    if (!deadline) throw invalid_expiry(call);
    return *deadline;
}

std::int64_t remaining_ms(store::Deadline deadline, const store::Clock& clock)
{
    return std::max<std::int64_t>(0, (deadline - clock.now_ms()).count());
}

}  // namespace server::commands
