#include "server/allocator.h"

#ifdef DABBA_JEMALLOC
#include <fmt/format.h>
#include <jemalloc/jemalloc.h>

#include <string>
#else
#include <malloc.h>
#endif

#include <cstdint>

#ifdef DABBA_JEMALLOC
// Read by jemalloc when the program starts. What is this large (8 MB by default) goes back to the
// system as soon as it is freed: a slow reader's buffer, grown by doubling, must not leave its
// smaller selves behind.
const char* malloc_conf = "oversize_threshold:2097152";
#endif

namespace server {

#ifdef DABBA_JEMALLOC

std::size_t allocated_bytes()
{
    std::uint64_t epoch = 1;  // written, it makes jemalloc count anew
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
    std::size_t bytes = 0;
    std::size_t size = sizeof bytes;
    mallctl("stats.allocated", &bytes, &size, nullptr, 0);
    return bytes;
}

std::string_view allocator_name()
{
    // JEMALLOC_VERSION has the commit behind the version: "5.3.0-0-g54eaed1d..."
    static const std::string kName = fmt::format("jemalloc-{}.{}.{}", JEMALLOC_VERSION_MAJOR,
                                                 JEMALLOC_VERSION_MINOR, JEMALLOC_VERSION_BUGFIX);
    return kName;
}

#else

std::size_t allocated_bytes()
{
    const auto heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

std::string_view allocator_name() { return "libc"; }

#endif

}  // namespace server
