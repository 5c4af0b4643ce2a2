#include "server/allocator.h"

#ifdef DABBA_JEMALLOC
#include <fmt/format.h>
#include <jemalloc/jemalloc.h>

#include <string>
#else
#include <malloc.h>
#endif

#include <unistd.h>

#include <fstream>

#ifdef DABBA_JEMALLOC
// Read by jemalloc when the program starts. What is this large (8 MB by default) goes back to the
// system as soon as it is freed: a slow reader's buffer, grown by doubling, must not leave its
// smaller selves behind. The rest goes within five seconds.
const char* malloc_conf = "oversize_threshold:2097152,dirty_decay_ms:5000,muzzy_decay_ms:0";
#endif

namespace server {

std::size_t resident_bytes()
{
    std::size_t pages = 0;
    std::size_t resident = 0;
    std::ifstream{"/proc/self/statm"} >> pages >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

#ifdef DABBA_JEMALLOC

namespace {

std::size_t statistic(const char* name)
{
    std::size_t bytes = 0;
    std::size_t size = sizeof bytes;
    mallctl(name, &bytes, &size, nullptr, 0);
    return bytes;
}

void count_anew()
{
    std::uint64_t epoch = 1;
    mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch);
}

std::string of_all_arenas(std::string_view what)
{
    return fmt::format("arena.{}.{}", MALLCTL_ARENAS_ALL, what);
}

}  // namespace

// What was freed, and waits in a thread's cache for the next that is as large, is free.
std::size_t allocated_bytes()
{
    static const std::string kCached =
        fmt::format("stats.arenas.{}.tcache_bytes", MALLCTL_ARENAS_ALL);
    count_anew();
    return statistic("stats.allocated") - statistic(kCached.c_str());
}

ThreadCounters thread_counters()
{
    std::uint64_t* allocated = nullptr;
    std::uint64_t* freed = nullptr;
    std::size_t size = sizeof allocated;
    if (mallctl("thread.allocatedp", &allocated, &size, nullptr, 0) != 0) return {};
    if (mallctl("thread.deallocatedp", &freed, &size, nullptr, 0) != 0) return {};
    return {allocated, freed};
}

AllocatorBytes allocator_bytes()
{
    count_anew();
    return {.allocated = statistic("stats.allocated"),
            .active = statistic("stats.active"),
            .resident = statistic("stats.resident")};
}

void purge_free_memory() { mallctl(of_all_arenas("purge").c_str(), nullptr, nullptr, nullptr, 0); }

std::string allocator_report()
{
    std::string report;
    const auto append = [](void* to, const char* text) {
        static_cast<std::string*>(to)->append(text);
    };
    malloc_stats_print(append, &report, nullptr);
    return report;
}

void return_free_memory()
{
    struct Name
    {
        std::size_t parts[3];
        std::size_t size = 3;
        Name()
        {
            const std::string all = of_all_arenas("decay");
            if (mallctlnametomib(all.c_str(), parts, &size) != 0) size = 0;
        }
    };
    static const Name kDecay;
    if (kDecay.size != 0) mallctlbymib(kDecay.parts, kDecay.size, nullptr, nullptr, nullptr, 0);
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

ThreadCounters thread_counters() { return {}; }

AllocatorBytes allocator_bytes()
{
    const auto heap = mallinfo2();
    const std::size_t active = heap.arena + heap.hblkhd;
    return {.allocated = heap.uordblks + heap.hblkhd, .active = active, .resident = active};
}

void purge_free_memory() { malloc_trim(0); }

std::string allocator_report() { return {}; }

void return_free_memory() {}  // libc's gives back what is at the heap's end, and large blocks

std::string_view allocator_name() { return "libc"; }

#endif

}  // namespace server
