#pragma once

#include <cstddef>

#include "server/allocator.h"

namespace server {
class Server;
}

namespace server::commands {

/// Where the memory is, for INFO and MEMORY.
struct MemoryOverview
{
    std::size_t used;      ///< by the allocator's count
    std::size_t peak;      ///< the most at any look
    std::size_t startup;   ///< before the first client
    std::size_t resident;  ///< of the process, by the system's count
    std::size_t clients;
    std::size_t scripts;    ///< texts of scripts
    std::size_t functions;  ///< texts of libraries
    std::size_t interpreters;
    std::size_t tables;  ///< of keys and deadlines, of all databases
    std::size_t keys;
    AllocatorBytes allocator;

    /// All that is not data.
    std::size_t overhead() const
    {
        return startup + clients + scripts + functions + interpreters + tables;
    }
    std::size_t dataset() const { return used < overhead() ? 0 : used - overhead(); }
    /// Of what came after the start.
    double dataset_percent() const
    {
        return used <= startup ? 0 : 100.0 * ratio(dataset(), used - startup);
    }

    /// 0 if the whole is.
    static double ratio(std::size_t part, std::size_t whole)
    {
        return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
    }
};

/// Looks at all of it; costs a look at each client.
MemoryOverview memory_overview(Server& server);

}  // namespace server::commands
