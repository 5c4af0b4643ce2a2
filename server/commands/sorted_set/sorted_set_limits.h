#pragma once

#include "server/execution/call.h"
#include "server/server.h"
#include "store/types/sorted_set.h"

namespace server::commands {

/// Up to what size sorted sets are reported as compact now (zset-max-listpack-entries and -value).
inline store::SortedSetLimits sorted_set_limits(const Call& call)
{
    const Options& options = call.server.options;
    return {static_cast<std::size_t>(options.zset_max_listpack_entries),
            static_cast<std::size_t>(options.zset_max_listpack_value)};
}

}  // namespace server::commands
