#pragma once

#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

/// How large the compact forms of a set may be now (set-max-intset-entries and its like).
inline store::SetLimits set_limits(const Call& call)
{
    return server::set_limits(call.server.options);
}

}  // namespace server::commands
