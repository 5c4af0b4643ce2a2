#pragma once

#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

/// Up to what size sorted sets are reported as compact now (zset-max-listpack-entries and -value).
inline store::SortedSetLimits sorted_set_limits(const Call& call)
{
    return server::sorted_set_limits(call.server.options);
}

}  // namespace server::commands
