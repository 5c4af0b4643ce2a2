#pragma once

#include <cstdint>

namespace store {

class Entry;

/// Lies in a value some of whose members end on their own: its place in the keyspace's heap of such
/// values. The keyspace keeps it; to the value itself it means nothing.
struct MemberTimer
{
    static constexpr std::uint32_t kNoSlot = 0xffffffff;

    Entry* entry = nullptr;  ///< whose value it is, while it runs
    std::uint32_t slot = kNoSlot;

    bool runs() const { return slot != kNoSlot; }
    void stop() { slot = kNoSlot; }
    void set_deadline_slot(std::uint32_t at) { slot = at; }
};

}  // namespace store
