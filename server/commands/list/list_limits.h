#pragma once

#include "server/config/value_limits.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

/// How large a list that is a single listpack may be now (list-max-listpack-size).
inline store::ListLimit list_limit(const Call& call)
{
    return server::list_limit(call.server.options);
}

}  // namespace server::commands
