#pragma once

#include "server/execution/call.h"
#include "server/server.h"
#include "store/types/hash.h"

namespace server::commands {

/// How large the compact form of a hash may be now (hash-max-listpack-entries and -value).
inline store::Hash::Limits hash_limits(const Call& call)
{
    const Options& options = call.server.options;
    return {static_cast<std::size_t>(options.hash_max_listpack_entries),
            static_cast<std::size_t>(options.hash_max_listpack_value)};
}

}  // namespace server::commands
