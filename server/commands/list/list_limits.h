#pragma once

#include "server/execution/call.h"
#include "server/server.h"
#include "store/types/list.h"

namespace server::commands {

/// How large a list that is a single listpack may be now (list-max-listpack-size).
inline store::ListLimit list_limit(const Call& call)
{
    return store::ListLimit::of(call.server.options.list_max_listpack_size);
}

}  // namespace server::commands
