#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace store {

/// How large Redis lets a listpack of list elements grow: its setting list-max-listpack-size. A
/// list up to this size is one listpack; a larger one is a quicklist of nodes, each up to this
/// size.
struct ListLimit
{
    static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

    std::size_t bytes = 8192;
    std::size_t count = kNone;

    /// From the setting: a number of elements, or -1 to -5 for 4, 8, 16, 32 or 64 kB.
    static constexpr ListLimit of(std::int64_t setting)
    {
        if (setting < 0) return {std::size_t{2048} << std::min<std::int64_t>(-setting, 5), kNone};
        return {kNone, static_cast<std::size_t>(std::max<std::int64_t>(setting, 1))};
    }

    /// Whether what has a limit still may grow to this.
    constexpr bool allows(std::size_t new_bytes, std::size_t new_count) const
    {
        return new_bytes <= max_bytes() && new_count <= count;
    }
    /// Whether an element of this length takes a node for itself.
    constexpr bool is_large(std::size_t length) const { return length > max_bytes(); }

    /// Half of it: a quicklist of one node becomes a listpack not before it is so small, lest the
    /// form changes with every command.
    constexpr ListLimit half() const { return {bytes / 2, count / 2}; }
    constexpr bool holds(std::size_t its_bytes, std::size_t its_count) const
    {
        return its_bytes <= bytes && its_count <= count;
    }

private:
    /// A limited number of elements must fit 8 kB, too.
    constexpr std::size_t max_bytes() const { return bytes == kNone ? 8192 : bytes; }
};

}  // namespace store
