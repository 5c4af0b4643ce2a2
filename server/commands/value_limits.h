#pragma once

#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

/// How large the compact forms of values may be now, for handlers.
namespace server::commands {

inline store::HashLimits hash_limits(const Call& call)
{
    return server::hash_limits(call.server.options);
}

inline store::ListLimit list_limit(const Call& call)
{
    return server::list_limit(call.server.options);
}

inline store::SetLimits set_limits(const Call& call)
{
    return server::set_limits(call.server.options);
}

inline store::SortedSetLimits sorted_set_limits(const Call& call)
{
    return server::sorted_set_limits(call.server.options);
}

}  // namespace server::commands
