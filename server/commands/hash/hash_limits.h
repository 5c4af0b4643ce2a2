#pragma once

#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

/// How large the compact form of a hash may be now (hash-max-listpack-entries and -value).
inline store::HashLimits hash_limits(const Call& call)
{
    return server::hash_limits(call.server.options);
}

}  // namespace server::commands
