#pragma once

#include <cstddef>

#include "server/config/options.h"
#include "store/snapshot/value_codec.h"

/// How large the compact forms of values may be, as the options say now.
namespace server {

inline store::HashLimits hash_limits(const Options& options)
{
    return {.packed = static_cast<std::size_t>(options.hash_max_listpack_entries),
            .packed_bytes = static_cast<std::size_t>(options.hash_max_listpack_value)};
}

inline store::ListLimit list_limit(const Options& options)
{
    return store::ListLimit::of(options.list_max_listpack_size);
}

inline store::SetLimits set_limits(const Options& options)
{
    return {.ints = static_cast<std::size_t>(options.set_max_intset_entries),
            .packed = static_cast<std::size_t>(options.set_max_listpack_entries),
            .packed_member_bytes = static_cast<std::size_t>(options.set_max_listpack_value)};
}

inline store::SortedSetLimits sorted_set_limits(const Options& options)
{
    return {.members = static_cast<std::size_t>(options.zset_max_listpack_entries),
            .member_bytes = static_cast<std::size_t>(options.zset_max_listpack_value)};
}

inline store::snapshot::ReadLimits read_limits(const Options& options)
{
    return {.hash = hash_limits(options),
            .list = list_limit(options),
            .set = set_limits(options),
            .sorted_set = sorted_set_limits(options)};
}

}  // namespace server
