#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace server::commands {

/// The element that LINDEX and LSET mean: negative numbers count from the end.
inline std::optional<std::size_t> index_of(std::int64_t index, std::size_t size)
{
    if (index < 0) index += static_cast<std::int64_t>(size);
    if (index < 0 || index >= static_cast<std::int64_t>(size)) return std::nullopt;
    return static_cast<std::size_t>(index);
}

struct IndexSpan
{
    std::size_t first, count;
};

/// What LRANGE and LTRIM mean by `start stop`, both included.
inline IndexSpan span_of(std::int64_t start, std::int64_t stop, std::size_t size)
{
    const auto length = static_cast<std::int64_t>(size);
    if (start < 0) start = std::max<std::int64_t>(start + length, 0);
    if (stop < 0) stop += length;
    stop = std::min(stop, length - 1);
    if (start > stop) return {0, 0};
    return {static_cast<std::size_t>(start), static_cast<std::size_t>(stop - start + 1)};
}

}  // namespace server::commands
