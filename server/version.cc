#include "server/version.h"

#include <fmt/format.h>

#include <functional>

#include "server/allocator.h"

namespace server {

std::string build_id() { return fmt::format("{:x}", std::hash<std::string_view>{}(kVersion)); }

std::string version_text()
{
    return fmt::format("Redis server v={} sha=00000000:0 malloc={} bits={} build={}\n",
                       kRedisVersion, allocator_name(), sizeof(void*) * 8, build_id());
}

std::string about_text()
{
    return fmt::format("dabba-server {} (speaks Redis {})\n", kVersion, kRedisVersion);
}

}  // namespace server
