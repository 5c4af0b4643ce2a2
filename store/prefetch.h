#pragma once

namespace store {

/// Asks the processor to fetch the cache line at `address`, which need not be readable. A hint: it
/// changes nothing but the time until the first use.
inline void prefetch(const void* address)
{
#if defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(address);
#else
    static_cast<void>(address);
#endif
}

}  // namespace store
