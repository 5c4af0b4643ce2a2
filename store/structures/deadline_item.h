#pragma once

#include <cassert>
#include <cstdint>

#include "store/clock.h"

/// What a DeadlineHeap is made of: a deadline and its owner, 16 bytes.
namespace store {

template <class Owner>
class DeadlineItem
{
public:
    DeadlineItem() = default;
    DeadlineItem(Deadline deadline, Owner* owner, std::uint32_t = 0)
        : deadline_(deadline), owner_(owner)
    {}

    Deadline deadline() const { return deadline_; }
    Owner* owner() const { return owner_; }
    std::uint32_t note() const { return 0; }

private:
    Deadline deadline_;
    Owner* owner_;
};

/// The same with a note of 24 bits, in the same 16 bytes: addresses have 48 bits, and moments up to
/// the year 1,143,000 have 55 bits. For a later one all 63 are needed: of its note the lowest 8
/// bits are lost. REQUIRES a deadline that is not before 1970.
///
///     when_   0 | deadline (55) | note, lower 8     or     1 | deadline (63)
///     whose_  address (48) | note, upper 16
template <class Owner>
class NotedItem
{
public:
    NotedItem() = default;
    NotedItem(Deadline deadline, Owner* owner, std::uint32_t note)
        : whose_(reinterpret_cast<std::uintptr_t>(owner) << kUpperBits)
    {
        assert(this->owner() == owner && deadline >= Deadline{});
        const auto ms = static_cast<std::uint64_t>(deadline.time_since_epoch().count());
        when_ = ms < kFar >> kLowerBits ? ms << kLowerBits : kFar | ms;
        set_note(note);
    }

    Deadline deadline() const
    {
        const std::uint64_t ms = is_far() ? when_ & ~kFar : when_ >> kLowerBits;
        return Deadline{Deadline::duration{static_cast<std::int64_t>(ms)}};
    }

    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    Owner* owner() const { return reinterpret_cast<Owner*>(whose_ >> kUpperBits); }

    std::uint32_t note() const
    {
        const auto upper = static_cast<std::uint32_t>(whose_ & kUpperMask) << kLowerBits;
        return is_far() ? upper : upper | static_cast<std::uint32_t>(when_ & kLowerMask);
    }

    void set_note(std::uint32_t note)
    {
        whose_ = (whose_ & ~kUpperMask) | (note >> kLowerBits & kUpperMask);
        if (!is_far()) when_ = (when_ & ~kLowerMask) | (note & kLowerMask);
    }

private:
    static constexpr unsigned kUpperBits = 16;
    static constexpr unsigned kLowerBits = 8;
    static constexpr std::uint64_t kUpperMask = (std::uint64_t{1} << kUpperBits) - 1;
    static constexpr std::uint64_t kLowerMask = (std::uint64_t{1} << kLowerBits) - 1;
    static constexpr std::uint64_t kFar = std::uint64_t{1} << 63;

    bool is_far() const { return (when_ & kFar) != 0; }

    std::uint64_t when_ = 0;
    std::uint64_t whose_ = 0;
};

}  // namespace store
