#include <cassert>
#include <new>
#include <utility>

#include "store/keyspace.h"
#include "store/keyspace_contents.h"

namespace store {

void Keyspace::begin_snapshot(SnapshotKeeper& keeper)
{
    assert(snapshot_ == nullptr && "one snapshot at a time");
    snapshot_ = std::make_unique<SnapshotWalk>(SnapshotWalk{.keeper = keeper, .database = index_});
    snapshot_mark_ = !snapshot_mark_;
}

bool Keyspace::snapshot_step()
{
    if (snapshot_ == nullptr) return false;
    SnapshotWalk& walk = *snapshot_;
    const auto& table = walk.was_cleared ? walk.cleared : table_;
    const auto& deadlines = walk.was_cleared ? walk.cleared_deadlines : deadlines_;
    walk.cursor =
        table.scan(walk.cursor, [&](Entry* entry) { show_to_snapshot(entry, deadlines); });
    if (walk.cursor != 0) return true;
    end_snapshot();
    return false;
}

/// Each entry must have the mark at the end. In one that was cleared all have it.
void Keyspace::give_up_snapshot()
{
    while (snapshot_ != nullptr && !snapshot_->was_cleared) snapshot_step();
    end_snapshot();
}

void Keyspace::show_to_snapshot(Entry* entry, const KeyDeadlines& deadlines)
{
    if (entry->snapshot_mark() == snapshot_mark_) return;
    entry->set_snapshot_mark(snapshot_mark_);
    SnapshotKeeper& keeper = snapshot_->keeper;
    if (entry->has_deadline()) {
        const std::uint32_t slot = entry->deadline_slot();
        keeper.keep(snapshot_->database, *entry, deadlines.deadline(slot), deadlines.note(slot));
    } else {
        keeper.keep(snapshot_->database, *entry, std::nullopt, entry->usage());
    }
}

/// Instead of freeing them: the snapshot has yet to see some of the entries.
void Keyspace::keep_cleared_for_snapshot()
{
    snapshot_->was_cleared = true;
    snapshot_->cleared = std::move(table_);
    std::swap(snapshot_->cleared_deadlines, deadlines_);
}

void Keyspace::end_snapshot()
{
    if (snapshot_ == nullptr) return;
    if (snapshot_->was_cleared) free_later(snapshot_->cleared);
    snapshot_.reset();
}

/// At once, if it is small.
void Keyspace::free_later(Table<Entry>& table)
{
    const std::size_t size = table.size();
    try {
        cleared_.emplace_back();
    } catch (const std::bad_alloc&) {
        table.drain(size, [this](Entry* entry) { destroy(entry); });
        table.clear();
        return;
    }
    cleared_.back() = std::move(table);
    cleared_entries_ += size;
    if (!Disposal::is_worthwhile(size, cleared_entries_ - size)) free_cleared(size);
}

void Keyspace::exchange(KeyspaceContents& other)
{
    while (snapshot_step()) continue;
    std::swap(table_, other.table_);
    std::swap(deadlines_, other.deadlines_);
    std::swap(timers_, other.timers_);
    std::swap(hidden_, other.hidden_);
    std::swap(snapshot_mark_, other.snapshot_mark_);
}

void Keyspace::discard(KeyspaceContents contents) { free_later(contents.table_); }

void Keyspace::hand_over_to_journal()
{
    KeyspaceContents contents;
    exchange(contents);
    journal_->cleared(*this, std::move(contents));
}

void Keyspace::note_in_journal(const Entry& entry)
{
    std::optional<Deadline> deadline;
    if (entry.has_deadline()) deadline = deadlines_.deadline(entry.deadline_slot());
    journal_->before_change(*this, entry, deadline);
}

bool Keyspace::load(std::string_view key, AnyValue value, std::optional<Deadline> deadline,
                    UsageBits usage)
{
    const std::uint64_t hash = hash_bytes(key);
    if (table_.find(key, hash) != nullptr) return false;
    deadlines_.make_room();
    timers_.make_room();
    std::visit(
        [&]<class T>(T& any) {
            auto stored = Entry::make_stored<T>(std::move(any));
            Entry* const entry = insert(key, hash, kTypeOf<String>);
            entry->replace_value<T>(std::move(stored));
            entry->set_usage(usage);
            if constexpr (WithMemberDeadlines<T>) set_timer(entry);
            if (deadline) set_deadline(entry, *deadline);
        },
        value);
    return true;
}

}  // namespace store
