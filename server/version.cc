#include "server/version.h"

#include <fmt/format.h>

#include <functional>

#include "server/allocator.h"

namespace server {

std::string version_text()
{
    return fmt::format("Redis server v={} sha=00000000:0 malloc={} bits={} build={:x}\n",
                       kRedisVersion, allocator_name(), sizeof(void*) * 8,
                       std::hash<std::string_view>{}(kVersion));
}

std::string about_text()
{
    return fmt::format("dabba-server {} (speaks Redis {})\n", kVersion, kRedisVersion);
}

}  // namespace server
