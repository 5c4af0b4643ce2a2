#pragma once

#include <cstddef>
#include <string_view>

namespace server {

/// Bytes that the process has allocated and not freed, as the allocator counts them.
std::size_t allocated_bytes();

/// Who allocates, as INFO says it: "jemalloc-5.3.0" or "libc".
std::string_view allocator_name();

}  // namespace server
