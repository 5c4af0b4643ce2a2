#pragma once

#include <cassert>
#include <cstdint>

namespace store {

/// An address and a tag of 0..7 in 8 bytes. The address must be a multiple of 8, as every block on
/// the heap is. Default: no address, tag 0.
template <class Tag>
class TaggedPointer
{
public:
    TaggedPointer() = default;
    TaggedPointer(void* address, Tag tag)
        : bits_(reinterpret_cast<std::uintptr_t>(address) | static_cast<std::uintptr_t>(tag))
    {
        assert(this->address() == address && this->tag() == tag);
    }

    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    void* address() const { return reinterpret_cast<void*>(bits_ & ~kTagMask); }
    Tag tag() const { return static_cast<Tag>(bits_ & kTagMask); }

private:
    static constexpr std::uintptr_t kTagMask = 7;

    std::uintptr_t bits_ = 0;
};

}  // namespace store
