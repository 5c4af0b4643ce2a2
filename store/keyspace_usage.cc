#include <cassert>

#include "store/keyspace.h"

/// What goes by the use of keys: see Usage.
namespace store {

void Keyspace::note_measured_use(Entry* entry)
{
    if (!usage_.is_ignored()) set_usage(entry, usage_.after_use(usage(*entry)));
}

void Keyspace::set_usage(std::string_view key, UsageBits usage)
{
    if (Entry* entry = lookup(key)) set_usage(entry, usage);
}

const Entry* Keyspace::random_volatile_entry(Random& random) const
{
    if (deadlines_.empty()) return nullptr;
    return deadlines_.owner(static_cast<std::uint32_t>(random.below(deadlines_.size())));
}

bool Keyspace::evict(std::string_view key)
{
    // As in Redis, it is no change for which the data would have to be saved.
    constexpr std::int64_t kNotCounted = 0;
    Entry* entry = lookup(key);
    if (entry == nullptr) return false;
    assert(!entry->is_open() && "not in the middle of a command");
    report(*entry, Change::Erased, event::kEvicted, {}, kNotCounted);
    remove(entry);
    return true;
}

}  // namespace store
