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

/// The processor's counter, and what one of its ticks is worth.
struct Counter
{
    std::uint64_t begin = 0;
    double ns_per_tick = 0;  ///< 0: there is none to be trusted

    Counter()
    {
        if (!has_even_counter()) return;
        constexpr std::chrono::milliseconds kLongEnough{1};
        const auto began = system_time();
        begin = __rdtsc();
        auto passed = system_time() - began;
        while (passed < kLongEnough) passed = system_time() - began;
        const auto ticks = static_cast<double>(__rdtsc() - begin);
        ns_per_tick = static_cast<double>(passed.count()) / ticks;
    }
};

#endif

}  // namespace

std::chrono::nanoseconds stopwatch()
{
#if defined(__x86_64__)
    static const Counter kCounter;
    if (kCounter.ns_per_tick != 0) [[likely]] {
        // A double is exact to some nanoseconds for years of ticks.
        const auto ticks = static_cast<double>(__rdtsc() - kCounter.begin);
        return std::chrono::nanoseconds{static_cast<std::int64_t>(ticks * kCounter.ns_per_tick)};
    }
#endif
    return system_time();
}

}  // namespace server::net
