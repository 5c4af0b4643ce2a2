#pragma once

#include <optional>
#include <string_view>

#include "store/clock.h"
#include "store/entry.h"
#include "store/hashing.h"
#include "store/hidden_members.h"
#include "store/snapshot_walk.h"
#include "store/structures/deadline_heap.h"
#include "store/structures/table.h"
#include "store/types/member_timer.h"

namespace store {

/// All that a keyspace held at a moment, taken out of it in one piece: see Keyspace::exchange().
class KeyspaceContents
{
public:
    KeyspaceContents() = default;
    KeyspaceContents(KeyspaceContents&&) noexcept = default;
    KeyspaceContents& operator=(KeyspaceContents&&) = delete;
    ~KeyspaceContents()
    {
        table_.drain(table_.size(), [](Entry* entry) { Entry::destroy(entry); });
    }

    /// nullptr if there is no such key. It may be due.
    const Entry* find(std::string_view key) const { return table_.find(key, hash_bytes(key)); }
    /// Of one of its entries.
    std::optional<Deadline> deadline(const Entry& entry) const
    {
        if (!entry.has_deadline()) return std::nullopt;
        return deadlines_.deadline(entry.deadline_slot());
    }

    template <class Visit>
    void for_each_key(Visit&& visit) const
    {
        table_.for_each([&](const Entry* entry) { visit(entry->key()); });
    }

private:
    friend class Keyspace;

    Table<Entry> table_;
    KeyDeadlines deadlines_;
    DeadlineHeap<MemberTimer, 64> timers_;
    HiddenMembers hidden_;
    bool snapshot_mark_ = false;
};

}  // namespace store
