#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/keyspace.h"

namespace server {

/// Hides the drivers whom other clients lock, as soon as the lock is made. A search hides those
/// whom it meets; without this, the first one would walk past all of them.
class LockWatch
{
public:
    /// ASSIGN searches this geo set, or may do so, and asks for locks of this pattern. Of more than
    /// kMaxSearched the oldest is forgotten. False if this was known.
    bool add(int database, std::string_view geo, std::string_view pattern);

    bool empty() const { return searched_.empty(); }

    /// Whether the key may be a driver's lock.
    bool may_be_lock(int database, std::string_view key) const;

    /// A key that may be a lock was made: the driver is hidden in all sets that hold them, if their
    /// name begins as that of the set's first member ("driver:").
    void hide_driver_of(store::Keyspace& keys, std::string_view lock) const;

    /// Two databases were exchanged.
    void swap(int first, int second);

private:
    static constexpr std::size_t kMaxSearched = 16;

    struct Searched
    {
        int database;
        std::string geo;
        std::string pattern;
    };

    std::vector<Searched> searched_;
    std::size_t oldest_ = 0;  ///< once there are kMaxSearched
};

}  // namespace server
