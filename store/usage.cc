#include "store/usage.h"

#include <algorithm>

namespace store {

UsageBits Usage::after_use(UsageBits before)
{
    if (rules_.measure == Measure::Time) return now();
    constexpr std::uint8_t kMost = 255;
    std::uint8_t counter = frequency(before);
    if (counter < kMost) {
        const std::int64_t above_first = std::max(counter - kFirstFrequency, 0);
        const double one_in =
            static_cast<double>(above_first) * static_cast<double>(rules_.log_factor) + 1;
        const double chance = static_cast<double>(random_.next()) / 18446744073709551616.0;
        if (chance * one_in < 1) ++counter;
    }
    return used_as_often_as(counter);
}

std::uint8_t Usage::frequency(UsageBits usage) const
{
    const auto counter = static_cast<std::int64_t>(usage >> kMinuteBits);
    if (rules_.decay_minutes == 0) return static_cast<std::uint8_t>(counter);
    std::int64_t minutes = std::int64_t{minute()} - std::int64_t{usage & kLastMinute};
    if (minutes < 0) minutes += kLastMinute;
    return static_cast<std::uint8_t>(
        std::max(counter - minutes / rules_.decay_minutes, std::int64_t{0}));
}

ToldUsage Usage::told(UsageBits usage) const
{
    if (rules_.measure == Measure::Time)
        return {.idle_seconds = idle_seconds(usage), .frequency = {}};
    return {.idle_seconds = {}, .frequency = frequency(usage)};
}

UsageBits Usage::bits_of(const ToldUsage& told) const
{
    if (rules_.measure == Measure::Frequency)
        return told.frequency ? used_as_often_as(*told.frequency) : of_new_key();
    return told.idle_seconds ? idle_for(*told.idle_seconds) : of_new_key();
}

}  // namespace store
