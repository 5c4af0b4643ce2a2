#pragma once

#include <cstdint>
#include <optional>

#include "store/clock.h"
#include "store/random.h"

namespace store {

/// What is remembered of a key's use, in 24 bits: what they mean depends on the Measure.
using UsageBits = std::uint32_t;

/// What a file or a request tells of a key's use; nothing, of what is not measured.
struct ToldUsage
{
    std::optional<std::int64_t> idle_seconds;
    std::optional<std::uint8_t> frequency;
};

/// How the use of keys is measured, in Redis's units: by the second of the last use, which comes
/// round after 194 days, or by a counter of 8 bits that rises the more slowly the higher it is, and
/// falls by one for each period without use, with the minute of the last use in 16 bits.
///
/// What was measured in one way means nothing in the other. If they change, keys have odd values
/// until they are used again, as in Redis.
class Usage
{
public:
    enum class Measure : std::uint8_t { Time, Frequency };

    struct Rules
    {
        Measure measure = Measure::Time;
        std::int64_t log_factor = 10;    ///< 0: each use counts
        std::int64_t decay_minutes = 1;  ///< a period; 0: the counter never falls
    };

    /// Both must outlive it.
    Usage(const Clock& clock, Random& random) : clock_(clock), random_(random) {}

    void choose(const Rules& rules) { rules_ = rules; }
    Measure measure() const { return rules_.measure; }

    /// While `ignored` is true, to look at a key is not to use it.
    void ignore(bool ignored) { ignored_ = ignored; }
    bool is_ignored() const { return ignored_; }

    /// Whether a use is just this second, now(): nothing else need be asked.
    bool is_simple() const { return rules_.measure == Measure::Time && !ignored_; }
    UsageBits now() const { return static_cast<UsageBits>(clock_.seconds()) & kMask; }

    UsageBits of_new_key() const
    {
        return rules_.measure == Measure::Time ? now() : used_as_often_as(kFirstFrequency);
    }
    UsageBits after_use(UsageBits before);

    /// REQUIRES Measure::Time.
    std::int64_t idle_seconds(UsageBits usage) const
    {
        const std::int64_t since = std::int64_t{now()} - usage;
        return since >= 0 ? since : since + kLastSecond;
    }
    /// Comes round as the clock does.
    UsageBits idle_for(std::int64_t seconds) const
    {
        const std::int64_t at = std::int64_t{now()} - seconds;
        return static_cast<UsageBits>(at >= 0 ? at : at + kLastSecond) & kMask;
    }

    /// How often it is used by now. REQUIRES Measure::Frequency.
    std::uint8_t frequency(UsageBits usage) const;
    UsageBits used_as_often_as(std::uint8_t frequency) const
    {
        return UsageBits{frequency} << kMinuteBits | minute();
    }

    ToldUsage told(UsageBits usage) const;
    /// A key of which nothing is told that is measured is as good as new.
    UsageBits bits_of(const ToldUsage& told) const;

    /// The bits as Redis has them, where a counter stands behind its minute.
    UsageBits redis_bits(UsageBits usage) const
    {
        if (rules_.measure == Measure::Time) return usage;
        return (usage << kCounterBits | usage >> kMinuteBits) & kMask;
    }

private:
    static constexpr UsageBits kMask = (1U << 24) - 1;
    static constexpr unsigned kCounterBits = 8;
    static constexpr unsigned kMinuteBits = 16;
    static constexpr std::int64_t kLastSecond = kMask;
    static constexpr std::int64_t kLastMinute = (1 << kMinuteBits) - 1;
    /// A new key must not be the first to go.
    static constexpr std::uint8_t kFirstFrequency = 5;

    UsageBits minute() const
    {
        return static_cast<UsageBits>(clock_.seconds() / 60) & static_cast<UsageBits>(kLastMinute);
    }

    const Clock& clock_;
    Random& random_;
    Rules rules_;
    bool ignored_ = false;
};

}  // namespace store
