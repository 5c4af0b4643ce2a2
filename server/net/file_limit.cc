#include "server/net/file_limit.h"

#include <sys/resource.h>

#include <algorithm>

namespace server::net {

std::int64_t make_room_for_clients(std::int64_t clients)
{
    constexpr std::int64_t kOwnFiles = 32;  // listeners, the log, epoll; as Redis reserves
    const auto wanted = static_cast<rlim_t>(clients + kOwnFiles);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return clients;

    // The administrator's limit gives way only to root; below it, everybody may choose.
    const rlimit higher{wanted, std::max(wanted, limit.rlim_max)};
    if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return clients;
    const rlimit highest{limit.rlim_max, limit.rlim_max};
    if (setrlimit(RLIMIT_NOFILE, &highest) == 0) limit = highest;
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(limit.rlim_cur) - kOwnFiles, 1,
                                    clients);
}

}  // namespace server::net
