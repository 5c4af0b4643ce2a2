#pragma once

#include <cstddef>
#include <string_view>

namespace server {

/// Bytes that the process has allocated and not freed, as the allocator counts them.
std::size_t allocated_bytes();

/// Bytes of memory that the system has given the process.
std::size_t resident_bytes();

/// Lets memory that has been free for some seconds go back to the system, a little at a time. To be
/// called often: an allocator does so by itself only while it is busy.
void return_free_memory();

/// Who allocates, as INFO says it: "jemalloc-5.3.0" or "libc".
std::string_view allocator_name();

}  // namespace server
