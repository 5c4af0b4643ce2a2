#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace server {

/// Every setting of the server, with its default.
struct Options
{
    std::vector<std::string> bind = {"127.0.0.1", "-::1"};
    int port = 6379;
    std::string unix_socket;
    bool protected_mode = true;
    std::string require_pass;
    int databases = 16;
    std::uint64_t seed = 0;
    std::int64_t proto_max_bulk_len = 512 * 1024 * 1024;
};

}  // namespace server
