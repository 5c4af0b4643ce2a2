#pragma once

namespace store {

/// Asks the processor to fetch the cache line at `address`, which need not be readable. A hint: it
/// changes nothing but the time until the first use.
inline void prefetch(const void* address)
{
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
    // GCC takes functions that do nothing but prefetch for pure, and drops the calls as useless.
    // What has an asm in it has an effect.
    asm volatile("");
#else
    static_cast<void>(address);
#endif
}

}  // namespace store
