#include "server/eviction/memory_gauge.h"

#include "server/allocator.h"

namespace server {

MemoryGauge::MemoryGauge()
{
    const ThreadCounters counters = thread_counters();
    allocated_ = counters.allocated;
    freed_ = counters.freed;
    count_anew();
}

std::size_t MemoryGauge::bytes() const
{
    if (allocated_ == nullptr) return allocated_bytes();
    return elsewhere_ + *allocated_ - *freed_;
}

void MemoryGauge::count_anew()
{
    if (allocated_ != nullptr) elsewhere_ = allocated_bytes() - (*allocated_ - *freed_);
}

}  // namespace server
