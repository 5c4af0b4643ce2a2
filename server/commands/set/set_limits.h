#pragma once

#include "server/execution/call.h"
#include "server/server.h"
#include "store/types/set.h"

namespace server::commands {

/// How large the compact forms of a set may be now (set-max-intset-entries and its like).
inline store::Set::Limits set_limits(const Call& call)
{
    const Options& options = call.server.options;
    return {static_cast<std::size_t>(options.set_max_intset_entries),
            static_cast<std::size_t>(options.set_max_listpack_entries),
            static_cast<std::size_t>(options.set_max_listpack_value)};
}

}  // namespace server::commands
