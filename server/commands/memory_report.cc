#include "server/commands/memory_report.h"

#include <fmt/format.h>

#include <string_view>

namespace server::commands {

namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

constexpr std::string_view kEmpty =
    "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be "
    "used in these conditions. Please, leave for your mission on Earth and fill it with some data. "
    "The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
constexpr std::string_view kHealthy =
    "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on "
    "this base.\n";
constexpr std::string_view kBegin =
    "Sam, I detected a few issues in this Redis instance memory implants:\n\n";
constexpr std::string_view kEnd = "I'm here to keep you safe, Sam. I want to help you.\n";
constexpr std::string_view kPeak =
    " * Peak memory: In the past this instance used more than 150% the memory that is currently "
    "using. The allocator is normally not able to release memory after a peak, so you can expect "
    "to see a big fragmentation ratio, however this is actually harmless and is only due to the "
    "memory peak, and if the Redis instance Resident Set Size (RSS) is currently bigger than "
    "expected, the memory will be used as soon as you fill the Redis instance with more data. If "
    "the memory peak was only occasional and you want to try to reclaim memory, please try the "
    "MEMORY PURGE command, otherwise the only other option is to shutdown and restart the "
    "instance.\n\n";
constexpr std::string_view kResident =
    " * High total RSS: This instance has a memory fragmentation and RSS overhead greater than 1.4 "
    "(this means that the Resident Set Size of the Redis process is much larger than the sum of "
    "the logical allocations Redis performed). This problem is usually due either to a large peak "
    "memory (check if there is a peak memory entry above in the report) or may result from a "
    "workload that causes the allocator to fragment memory a lot. If the problem is a large peak "
    "memory, then there is no issue. Otherwise, make sure you are using the Jemalloc allocator and "
    "not the default libc malloc. Note: The currently used allocator is \"{}\".\n\n";
constexpr std::string_view kFragmented =
    " * High allocator fragmentation: This instance has an allocator external fragmentation "
    "greater than 1.1. This problem is usually due either to a large peak memory (check if there "
    "is a peak memory entry above in the report) or may result from a workload that causes the "
    "allocator to fragment memory a lot.\n\n";
constexpr std::string_view kAllocatorResident =
    " * High allocator RSS overhead: This instance has an RSS memory overhead is greater than 1.1 "
    "(this means that the Resident Set Size of the allocator is much larger than the sum what the "
    "allocator actually holds). This problem is usually due to a large peak memory (check if there "
    "is a peak memory entry above in the report), you can try the MEMORY PURGE command to reclaim "
    "it.\n\n";
constexpr std::string_view kProcessResident =
    " * High process RSS overhead: This instance has non-allocator RSS memory overhead is greater "
    "than 1.1 (this means that the Resident Set Size of the Redis process is much larger than the "
    "RSS the allocator holds). This problem may be due to Lua scripts or Modules.\n\n";
constexpr std::string_view kClients =
    " * Big client buffers: The clients output buffers in this instance are greater than 200K per "
    "client (on average). This may result from different causes, like Pub/Sub clients subscribed "
    "to channels bot not receiving data fast enough, so that data piles on the Redis instance "
    "output buffer, or clients sending commands with large replies or very large sequences of "
    "commands in the same pipeline. Please use the CLIENT LIST command in order to investigate the "
    "issue if it causes problems in your instance, or to understand better why certain clients are "
    "using a big amount of memory.\n\n";
constexpr std::string_view kScripts =
    " * Many scripts: There seem to be many cached scripts in this instance (more than 1000). This "
    "may be because scripts are generated and `EVAL`ed, instead of being parameterized (with KEYS "
    "and ARGV), `SCRIPT LOAD`ed and `EVALSHA`ed. Unless `SCRIPT FLUSH` is called periodically, the "
    "scripts' caches may end up consuming most of your memory.\n\n";

/// Whether one is larger than the other by this factor, and by more than 10 MB.
bool exceeds(std::size_t large, std::size_t small, double factor)
{
    return MemoryOverview::ratio(large, small) > factor && large - small > 10 * kMegabyte;
}

}  // namespace

std::string memory_report(const MemoryOverview& memory, std::size_t clients, std::size_t scripts)
{
    constexpr std::size_t kLargeBuffers = 200 * 1024;
    constexpr std::size_t kManyScripts = 1000;
    if (memory.used < 5 * kMegabyte) return std::string{kEmpty};
    const AllocatorBytes& allocator = memory.allocator;
    std::string issues;
    if (MemoryOverview::ratio(memory.peak, memory.used) > 1.5) issues += kPeak;
    if (exceeds(memory.resident, memory.used, 1.4))
        issues += fmt::format(fmt::runtime(kResident), allocator_name());
    if (exceeds(allocator.active, allocator.allocated, 1.1)) issues += kFragmented;
    if (exceeds(allocator.resident, allocator.active, 1.1)) issues += kAllocatorResident;
    if (exceeds(memory.resident, allocator.resident, 1.1)) issues += kProcessResident;
    if (clients > 0 && memory.clients / clients > kLargeBuffers) issues += kClients;
    if (scripts > kManyScripts) issues += kScripts;
    if (issues.empty()) return std::string{kHealthy};
    return std::string{kBegin}.append(issues).append(kEnd);
}

}  // namespace server::commands
