#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace server {

/// Bytes that the process has allocated and not freed, as the allocator counts them.
std::size_t allocated_bytes();

/// Bytes that the thread has allocated and freed so far, which it may read at any time; nullptr if
/// the allocator does not count by thread.
struct ThreadCounters
{
    const std::uint64_t* allocated = nullptr;
    const std::uint64_t* freed = nullptr;
};
ThreadCounters thread_counters();

/// Bytes of memory that the system has given the process.
std::size_t resident_bytes();

/// What the allocator has in its hands, as INFO tells it.
struct AllocatorBytes
{
    std::size_t allocated = 0;  ///< asked for
    std::size_t active = 0;     ///< the pages that it lies in
    std::size_t resident = 0;   ///< and those that the system has not got back yet
};
AllocatorBytes allocator_bytes();

/// Gives all free memory back to the system at once.
void purge_free_memory();

/// The allocator's own report, for MEMORY MALLOC-STATS; empty if it has none.
std::string allocator_report();

/// Lets memory that has been free for some seconds go back to the system, a little at a time. To be
/// called often: an allocator does so by itself only while it is busy.
void return_free_memory();

/// Who allocates, as INFO says it: "jemalloc-5.3.0" or "libc".
std::string_view allocator_name();

}  // namespace server
