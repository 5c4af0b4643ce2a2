#pragma once

#include <cstddef>
#include <cstdint>

namespace server {

/// How many bytes the process has allocated and not freed: what allocated_bytes() says, for a price
/// that can be paid before every command. What other threads do meanwhile is missed until
/// count_anew().
class MemoryGauge
{
public:
    /// Of the thread that makes it, which alone may ask it.
    MemoryGauge();

    std::size_t bytes() const;
    void count_anew();

private:
    // Counters of the allocator for this thread, which never fall; nullptr: it has none.
    const std::uint64_t* allocated_ = nullptr;
    const std::uint64_t* freed_ = nullptr;
    std::uint64_t elsewhere_ = 0;  ///< what they do not tell
};

}  // namespace server
