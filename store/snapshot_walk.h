#pragma once

#include <cstdint>
#include <optional>

#include "store/clock.h"
#include "store/entry.h"
#include "store/structures/deadline_heap.h"
#include "store/structures/table.h"

namespace store {

/// The deadlines of keys, and as their notes what is remembered of those keys' use.
using KeyDeadlines = DeadlineHeap<Entry, 4096, NotedItem<Entry>>;

/// Takes the keys of a snapshot: see Keyspace::begin_snapshot().
class SnapshotKeeper
{
public:
    virtual ~SnapshotKeeper() = default;
    /// A key of the database that had this number when the snapshot began, as it was then. May come
    /// in the middle of a command, before its change: must not touch the keyspace.
    virtual void keep(int database, const Entry& entry, std::optional<Deadline> deadline,
                      UsageBits usage) noexcept = 0;
};

/// How far a snapshot of one keyspace has come.
///
/// Each entry has a mark. When a snapshot begins, the keyspace's own mark is turned over, so that
/// no entry has it; an entry gets it when it is shown, and a new one is made with it. When the walk
/// is over all have it, as before the next snapshot.
struct SnapshotWalk
{
    SnapshotKeeper& keeper;
    int database;  ///< its number when the snapshot began
    std::uint64_t cursor = 0;

    /// The keyspace was cleared meanwhile: what it held is walked here, and freed after that.
    bool was_cleared = false;
    Table<Entry> cleared = {};
    KeyDeadlines cleared_deadlines = {};
};

}  // namespace store
