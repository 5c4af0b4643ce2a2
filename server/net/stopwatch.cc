#include "server/net/stopwatch.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>

#include <cstdint>
#endif

namespace server::net {

namespace {

std::chrono::nanoseconds system_time()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

#if defined(__x86_64__)

/// "Invariant TSC": the counter runs at one speed, whatever the processor does.
bool has_even_counter()
{
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1U << 8)) != 0;
}

/// The processor's counter. Its speed is learned while the system's clock is still read.
class Counter
{
public:
    std::chrono::nanoseconds now()
    {
        if (ns_per_tick_ == 0) [[unlikely]]
            return learn();
        // A double is exact to some nanoseconds for years of ticks.
        const auto ticks = static_cast<double>(__rdtsc() - ticks_);
        return time_ + std::chrono::nanoseconds{static_cast<std::int64_t>(ticks * ns_per_tick_)};
    }

private:
    [[gnu::noinline]] std::chrono::nanoseconds learn()
    {
        constexpr std::chrono::milliseconds kLongEnough{10};
        const auto time = system_time();
        const std::uint64_t ticks = __rdtsc();
        if (time_.count() == 0) {
            is_even_ = has_even_counter();
            begin_at(time, ticks);
        } else if (is_even_ && time - time_ >= kLongEnough) {
            ns_per_tick_ =
                static_cast<double>((time - time_).count()) / static_cast<double>(ticks - ticks_);
            begin_at(time, ticks);
        }
        return time;
    }

    void begin_at(std::chrono::nanoseconds time, std::uint64_t ticks)
    {
        time_ = time;
        ticks_ = ticks;
    }

    std::chrono::nanoseconds time_{};  ///< of the system's clock, when the counter was at ticks_
    std::uint64_t ticks_ = 0;
    double ns_per_tick_ = 0;  ///< 0: not known yet, or the counter is not to be trusted
    bool is_even_ = false;
};

#endif

}  // namespace

std::chrono::nanoseconds stopwatch()
{
#if defined(__x86_64__)
    static constinit Counter counter;
    return counter.now();
#else
    return system_time();
#endif
}

}  // namespace server::net
