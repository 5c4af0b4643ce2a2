#pragma once

#include <cstdint>
#include <string_view>

namespace server {

/// maxmemory-policy: which keys may be evicted, and in which order.
struct EvictionPolicy
{
    enum class Victims : std::uint8_t { None, Volatile, All };
    enum class Order : std::uint8_t { LastUse, Frequency, Chance, Deadline };

    Victims victims = Victims::None;
    Order order = Order::Chance;

    bool operator==(const EvictionPolicy&) const = default;

    /// The order goes by the use of keys: the last one, or how often.
    bool by_use() const { return order == Order::LastUse || order == Order::Frequency; }

    /// REQUIRES a name that the option takes.
    static EvictionPolicy named(std::string_view name)
    {
        EvictionPolicy policy;
        if (name.starts_with("volatile-")) policy.victims = Victims::Volatile;
        if (name.starts_with("allkeys-")) policy.victims = Victims::All;
        if (name.ends_with("-lru")) policy.order = Order::LastUse;
        if (name.ends_with("-lfu")) policy.order = Order::Frequency;
        if (name.ends_with("-ttl")) policy.order = Order::Deadline;
        return policy;
    }
};

}  // namespace server
