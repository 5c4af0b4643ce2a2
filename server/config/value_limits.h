#pragma once

#include <cstddef>

#include "server/config/options.h"
#include "store/snapshot/value_codec.h"

/// How large the compact forms of values may be, as the options say now.
namespace server {

/// hash-max-listpack-entries and -value.
inline store::HashLimits hash_limits(const Options& options)
{
    return {.packed = static_cast<std::size_t>(options.hash_max_listpack_entries),
            .packed_bytes = static_cast<std::size_t>(options.hash_max_listpack_value)};
}

/// Of a list that is a single listpack: list-max-listpack-size.
inline store::ListLimit list_limit(const Options& options)
{
    return store::ListLimit::of(options.list_max_listpack_size);
}

/// set-max-intset-entries, set-max-listpack-entries and -value.
inline store::SetLimits set_limits(const Options& options)
{
    return {.ints = static_cast<std::size_t>(options.set_max_intset_entries),
            .packed = static_cast<std::size_t>(options.set_max_listpack_entries),
            .packed_member_bytes = static_cast<std::size_t>(options.set_max_listpack_value)};
}

/// zset-max-listpack-entries and -value: up to here sorted sets are reported as compact.
inline store::SortedSetLimits sorted_set_limits(const Options& options)
{
    return {.members = static_cast<std::size_t>(options.zset_max_listpack_entries),
            .member_bytes = static_cast<std::size_t>(options.zset_max_listpack_value)};
}

/// Of values that are read from dumps and files.
inline store::snapshot::ReadLimits read_limits(const Options& options)
{
    return {.hash = hash_limits(options),
            .list = list_limit(options),
            .set = set_limits(options),
            .sorted_set = sorted_set_limits(options)};
}

}  // namespace server
