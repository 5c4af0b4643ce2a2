#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "store/keyspace.h"

namespace server {

/// The numbered databases that SELECT chooses from.
class Databases
{
public:
    /// The clock, chance and the observer must outlive the databases.
    Databases(int count, const store::Clock& clock, store::Random& random,
              store::Observer& observer)
        : usage(clock, random)
    {
        for (int index = 0; index < count; ++index)
            all_.push_back(std::make_unique<store::Keyspace>(index, clock, usage, observer));
    }

    store::Keyspace& operator[](int index) { return *all_[static_cast<std::size_t>(index)]; }
    /// Exchanges the databases of two numbers.
    void swap(int first, int second)
    {
        if (first == second) return;
        std::swap(all_[static_cast<std::size_t>(first)], all_[static_cast<std::size_t>(second)]);
        (*this)[first].swap_index((*this)[second]);
    }

    int count() const { return static_cast<int>(all_.size()); }

    /// How the use of all keys is measured.
    store::Usage usage;

    /// Whether tidy() removes expired keys: always, but for DEBUG SET-ACTIVE-EXPIRE.
    bool expire_in_background = true;

    /// When the next key, or member of a value, expires; nothing if none will.
    std::optional<store::Deadline> next_deadline() const
    {
        std::optional<store::Deadline> next;
        for (const auto& keys : all_) {
            const auto other = keys->next_deadline();
            if (other && (!next || *other < *next)) next = other;
        }
        return next;
    }

    /// Removes what has expired, however much it is.
    void expire_all_due()
    {
        constexpr std::size_t kMany = 1000;
        for (const auto& keys : all_)
            while (keys->expire_due(kMany) != 0) continue;
    }

    /// Removes expired keys, and frees what was large, a bounded number of each, so that no client
    /// waits for a million. True if there is more to do already.
    bool tidy()
    {
        // A key that expires takes about half a microsecond, an element that is freed less than a
        // tenth: between two slices the clients have their turns.
        constexpr std::size_t kMaxExpired = 200;
        constexpr std::size_t kMaxFreed = 1000;
        bool more = false;
        for (const auto& keys : all_) {
            if (expire_in_background) more |= keys->expire_due(kMaxExpired) == kMaxExpired;
            more |= keys->free_some(kMaxFreed);
        }
        return more;
    }

private:
    std::vector<std::unique_ptr<store::Keyspace>> all_;
};

}  // namespace server
