#pragma once

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "store/change_journal.h"
#include "store/clock.h"
#include "store/disposal.h"
#include "store/entry.h"
#include "store/error.h"
#include "store/hidden_members.h"
#include "store/key_event.h"
#include "store/random.h"
#include "store/snapshot_walk.h"
#include "store/structures/deadline_heap.h"
#include "store/structures/table.h"
#include "store/usage.h"

namespace store {

/// How put_string() puts.
struct StringPut
{
    enum class Condition : std::uint8_t { Always, IfMissing, IfPresent };

    Condition condition = Condition::Always;
    bool keep_deadline = false;        ///< otherwise the old deadline goes
    std::optional<Deadline> deadline;  ///< the new one
    std::string_view event = event::kCommandsOwn;
};

template <class T>
class Edit;

/// The number that a database has after these two were exchanged.
constexpr int exchanged(int database, int first, int second)
{
    if (database == first) return second;
    return database == second ? first : database;
}

/// One database: keys, their values and their deadlines. A key whose deadline has come is never
/// seen, whether or not it has been removed yet.
///
/// Pointers to values stay valid until their key is erased or replaced: growth moves no value.
class Keyspace
{
public:
    /// The clock, the usage and the observer must outlive the keyspace.
    Keyspace(int index, const Clock& clock, Usage& usage, Observer& observer)
        : index_(index), clock_(clock), usage_(usage), observer_(observer)
    {}
    ~Keyspace();
    Keyspace(const Keyspace&) = delete;
    Keyspace& operator=(const Keyspace&) = delete;

    int index() const { return index_; }
    const Clock& clock() const { return clock_; }

    /// Keys held, those included that are due but not removed yet (see expire_due()).
    std::size_t size() const { return table_.size(); }
    /// Keys that have a deadline.
    std::size_t volatile_size() const { return deadlines_.size(); }
    /// How long such a key has still to live, on average; 0 if there is none.
    std::chrono::milliseconds mean_time_to_live() const
    {
        if (deadlines_.empty()) return {};
        return std::max(deadlines_.mean() - clock_.now_ms(), std::chrono::milliseconds{0});
    }

    // Reading. What gives the value out is a use of the key, and noted (see Usage).

    /// The value at `key`, nullptr if there is none. Throws Error{WrongType}. Counts a hit or miss.
    template <class T>
    const T* find(std::string_view key)
    {
        const Entry* entry = find_entry(key);
        return entry == nullptr ? nullptr : &entry->get<T>();
    }

    /// As find(), but a value of another type counts as none: MGET, SORT's patterns.
    template <class T>
    const T* find_if_type(std::string_view key)
    {
        return get_if<T>(find_entry(key));
    }

    /// The key with its value, nullptr if there is none. Counts a hit or miss.
    const Entry* find_entry(std::string_view key)
    {
        Entry* entry = counted_lookup(key);
        if (entry != nullptr) note_use(entry);
        return entry;
    }

    /// The same, but no use of the key, nor a miss if there is none.
    const Entry* look_at(std::string_view key)
    {
        const Entry* entry = lookup(key);
        hits_ += entry != nullptr;
        return entry;
    }

    /// The key's type, nothing if there is no such key. Counts a hit or miss.
    std::optional<Type> type(std::string_view key);

    /// As type(), but counts nothing.
    std::optional<Type> peek_type(std::string_view key);

    /// As find_if_type(), but counts nothing.
    template <class T>
    const T* peek(std::string_view key)
    {
        return get_if<T>(lookup(key));
    }

    /// The key with its value, also if it is due but not removed yet. Changes and counts nothing.
    const Entry* peek_entry(std::string_view key) const
    {
        return table_.find(key, hash_bytes(key));
    }

    /// Throws Error{WrongType} if the key holds a value of another type. Counts as find().
    template <class T>
    void require_type(std::string_view key)
    {
        find<T>(key);
    }

    /// Counts a hit or miss. No use of the key.
    bool contains(std::string_view key) { return counted_lookup(key) != nullptr; }

    /// Whether there is such a key. Counts nothing, and is no use of it.
    bool holds(std::string_view key) { return lookup(key) != nullptr; }
    /// The same with the key's hash_bytes().
    bool holds(std::string_view key, std::uint64_t hash) { return lookup(key, hash) != nullptr; }
    /// As holds(), but a use: for a command that might have changed the key.
    bool use(std::string_view key) { return lookup_to_change(key) != nullptr; }

    /// What is remembered of the key's use. REQUIRES: the entry is of this keyspace.
    UsageBits usage(const Entry& entry) const
    {
        return entry.has_deadline() ? deadlines_.note(entry.deadline_slot()) : entry.usage();
    }

    /// The moment at which the key ends: nothing if there is no such key or no deadline.
    std::optional<Deadline> deadline(std::string_view key);

    // Fetching ahead: both change nothing, count nothing, and may be wrong

    /// Fetches what a lookup of a key with this hash_bytes() will read first.
    void prefetch_place(std::uint64_t hash) const { table_.prefetch(hash); }
    /// And, once that has come, the entry, which is returned unread; nullptr if there seems to be
    /// none. It may be due, or another key's.
    const Entry* prefetch_entry(std::uint64_t hash) const { return table_.prefetch_element(hash); }
    /// And, once that has come, the deadline, with which the key's use is noted.
    void prefetch_deadline(const Entry& entry) const
    {
        if (entry.has_deadline()) deadlines_.prefetch(entry.deadline_slot());
    }

    // Writing. That is a use of the key, too; one that is made, or arrives, begins anew.

    /// The value at `key` for changing, made if missing. Throws Error{WrongType}. The guard reports
    /// the changes when it ends and drops a container left empty. REQUIRES no other open edit of
    /// the key.
    template <class T>
    Edit<T> edit(std::string_view key);

    /// As edit(), but makes nothing: the guard is false if there is no such key.
    template <class T>
    Edit<T> edit_existing(std::string_view key);

    /// Puts `value` at `key` in place of whatever was there; the old deadline goes. An empty
    /// container erases the key. The change is Arrived for a value from elsewhere.
    template <class T>
    void put(std::string_view key, T value, Change change = Change::Modified);

    /// Puts a string at `key` in place of whatever was there, with one lookup for all of SET's
    /// options. False, and nothing changed, if the condition does not hold. A deadline that has
    /// come already leaves no key.
    bool put_string(std::string_view key, std::string_view value, const StringPut& options = {});

    /// True if there was such a key.
    bool erase(std::string_view key, std::string_view event = event::kErased);

    /// Remembers this of the key's use, if there is such a key.
    void set_usage(std::string_view key, UsageBits usage);

    /// As erase(), but for want of memory: that is no change which a command has made.
    bool evict(std::string_view key);

    /// Gives the key a deadline; one that has come already erases the key. False if no such key.
    bool expire(std::string_view key, Deadline deadline);

    /// Takes the deadline away. False if there is no such key or no deadline.
    bool persist(std::string_view key);

    /// Moves the value and its deadline, replacing what `to` held. False if there is no `from`.
    bool rename(std::string_view from, std::string_view to);

    /// Copies the value and its deadline to another key, or another database, in place of what was
    /// there. False if there is no `from`. REQUIRES: `to` is not the same key.
    bool copy(std::string_view from, Keyspace& target, std::string_view to);

    /// Moves the value and its deadline to another database. False if there is no such key here, or
    /// one there.
    bool move(std::string_view key, Keyspace& target);

    /// Takes the other's number, and gives its own: SWAPDB. REQUIRES: the same clock and observer.
    void swap_index(Keyspace& other);

    /// Erases everything.
    void clear();

    // Time

    /// Removes keys whose deadline has come, earliest first, and then fields of hashes whose
    /// deadline has come, together at most `limit`; returns how many. Who
    /// gives a key a deadline removes two such keys first: however fast keys with deadlines come,
    /// they go as fast.
    std::size_t expire_due(std::size_t limit);

    /// The earliest deadline of all.
    std::optional<Deadline> next_deadline() const;

    /// While `keep` is true, a key whose deadline has come is not seen, but stays until it ends;
    /// fields of hashes go as ever. REQUIRES that nothing is written meanwhile.
    void keep_expired(bool keep) { keeps_expired_ = keep; }

    // Hiding

    /// Hides a member of a sorted set under a name (SortedSet::hide) for as long as another key
    /// exists. Nothing happens if there is no such member or key.
    void hide(std::string_view set, std::string_view name, std::string_view member,
              std::string_view while_key);
    /// The same until show_all(). False if there is no such member, or no place for the name.
    bool hide(std::string_view set, std::string_view name, std::string_view member);
    void show_all(std::string_view set, std::string_view name);

    // Telling more

    /// Reports Change::Made and Change::Missed, too, as far as they are in the set.
    void report_also(Changes also) { reports_also_ = also; }

    // Snapshots

    /// From here on, each key that is held now is shown to `keeper` once, with the value that it
    /// has now: when snapshot_step() comes to it, or before it is changed or erased. REQUIRES that
    /// no snapshot runs, and that the keeper outlives this one.
    void begin_snapshot(SnapshotKeeper& keeper);
    /// Shows a few more keys. False if there are no more: the snapshot is over.
    bool snapshot_step();
    /// Ends it before that, if it runs: the keeper may still be shown all that is left, unless the
    /// keyspace was cleared meanwhile.
    void give_up_snapshot();

    /// From here on, `journal` is told of each change before it happens, until it is nullptr.
    void set_journal(ChangeJournal* journal) { journal_ = journal; }

    /// Takes other contents and gives its own, in no time however many keys there are. Tells
    /// nobody. A snapshot that runs is finished first.
    void exchange(KeyspaceContents& other);
    /// Frees contents bit by bit.
    void discard(KeyspaceContents contents);

    // Loading

    /// Puts a value from a file at `key`. Tells nobody. False, and nothing changed, if there is
    /// such a key already.
    bool load(std::string_view key, AnyValue value, std::optional<Deadline> deadline,
              UsageBits usage);

    // Freeing

    /// Large values that were erased, and the keys of a database that was cleared, are gone at once
    /// but freed bit by bit. Frees about this many elements; true if there is more to free.
    bool free_some(std::size_t max);

    bool has_more_to_free() const { return !cleared_.empty() || !disposal_.empty(); }

    /// Keys that are gone but not freed yet.
    std::size_t waiting_to_be_freed() const { return cleared_entries_; }

    /// What the table of keys and the heaps of deadlines take, without keys and values.
    std::size_t table_bytes() const { return table_.memory_bytes(); }
    std::size_t deadline_bytes() const
    {
        return deadlines_.memory_bytes() + timers_.memory_bytes();
    }

    // Iteration

    /// Visits some keys with `visit(std::string_view key, Type)` and returns the next cursor, 0 at
    /// the end. A key present during a whole scan is visited at least once. What is due but not
    /// removed yet goes to `visit_due(std::string_view key)`. No visitor must change the keyspace.
    template <class Visit, class VisitDue>
    std::uint64_t scan(std::uint64_t cursor, Visit&& visit, VisitDue&& visit_due) const
    {
        return table_.scan(cursor, [&](const Entry* entry) {
            is_gone(*entry) ? visit_due(entry->key()) : visit(entry->key(), entry->type());
        });
    }
    template <class Visit>
    std::uint64_t scan(std::uint64_t cursor, Visit&& visit) const
    {
        return scan(cursor, visit, [](std::string_view) {});
    }

    /// Visits every key. The visitor must not change the keyspace.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        table_.for_each([&](const Entry* entry) {
            if (!is_gone(*entry)) visit(entry->key(), entry->type());
        });
    }

    /// A key by chance, nothing if there is none.
    std::optional<std::string_view> random_key(Random& random);

    /// A key by chance, each with the same, of all or of those with a deadline; nullptr if there is
    /// none. It may be due.
    const Entry* random_entry(Random& random) const { return table_.random(random); }
    const Entry* random_volatile_entry(Random& random) const;
    /// One of those whose deadlines are the next: from 0, which is the very next one, to
    /// volatile_size().
    const Entry& early_entry(std::uint32_t place) const { return *deadlines_.owner(place); }
    /// REQUIRES: the entry is of this keyspace, and has one.
    Deadline deadline_of(const Entry& entry) const
    {
        return deadlines_.deadline(entry.deadline_slot());
    }

    /// Lookups by find(), type() and contains() that found their key, and that did not.
    std::uint64_t hits() const { return hits_; }
    std::uint64_t misses() const { return misses_; }
    void reset_statistics() { hits_ = misses_ = 0; }

private:
    template <class T>
    friend class Edit;

    bool is_due(const Entry& entry) const
    {
        return entry.has_deadline() && clock_.has_come(deadlines_.deadline(entry.deadline_slot()));
    }
    /// Whether a member of some value is due: nothing need be asked of any value otherwise.
    bool any_member_due() const
    {
        return !timers_.empty() && clock_.has_come(timers_.top().deadline);
    }
    /// Whether the key is due, or all members of its value are.
    bool is_gone(const Entry& entry) const
    {
        return is_due(entry) || (any_member_due() && all_members_due(entry));
    }
    bool all_members_due(const Entry& entry) const;

    /// The live entry of the key or nullptr; removes one that is due.
    Entry* lookup(std::string_view key, std::uint64_t hash);
    Entry* lookup(std::string_view key) { return lookup(key, hash_bytes(key)); }
    Entry* counted_lookup(std::string_view key)
    {
        Entry* entry = lookup(key);
        ++(entry == nullptr ? misses_ : hits_);
        if (entry == nullptr && reports_also_.has(Change::Missed)) [[unlikely]]
            report_missed(key);
        return entry;
    }
    /// The same without the count, for a key that is to be changed: that is a use.
    Entry* lookup_to_change(std::string_view key, std::uint64_t hash)
    {
        Entry* entry = lookup(key, hash);
        if (entry != nullptr) note_use(entry);
        return entry;
    }
    Entry* lookup_to_change(std::string_view key) { return lookup_to_change(key, hash_bytes(key)); }

    /// Once a second there is something to write; at other times a key that is read stays clean.
    void note_use(Entry* entry)
    {
        if (!usage_.is_simple()) [[unlikely]]
            return note_measured_use(entry);
        const UsageBits now = usage_.now();
        if (usage(*entry) != now) set_usage(entry, now);
    }
    void note_measured_use(Entry* entry);
    void set_usage(Entry* entry, UsageBits usage)
    {
        if (entry->has_deadline()) {
            deadlines_.set_note(entry->deadline_slot(), usage);
        } else {
            entry->set_usage(usage);
        }
    }

    /// To be called before a key's value or deadline changes, or the key goes.
    void about_to_change(Entry* entry)
    {
        if (snapshot_ != nullptr) [[unlikely]]
            show_to_snapshot(entry, deadlines_);
        if (journal_ != nullptr) [[unlikely]]
            note_in_journal(*entry);
    }
    void note_in_journal(const Entry& entry);
    void show_to_snapshot(Entry* entry, const KeyDeadlines& deadlines);
    void end_snapshot();
    void keep_cleared_for_snapshot();
    void free_later(Table<Entry>& table);

    Entry* insert(std::string_view key, std::uint64_t hash, Type type);
    Entry* insert_string(std::string_view key, std::uint64_t hash, std::string_view value);
    Entry* add(Entry* entry, std::uint64_t hash);
    void assign_string(Entry* entry, std::string_view value);
    void remove(Entry* entry);
    SortedSet* sorted_set_at(std::string_view key);
    void show_hidden_by(Entry* entry);
    void show_all_in(Entry* entry);
    void clear_deadline(Entry* entry);
    void set_deadline(Entry* entry, Deadline deadline);
    std::size_t erase_due_members(Entry* entry, std::size_t max);
    void set_timer(Entry* entry);
    void stop_timer(Entry* entry);
    void pay_for_deadline() { expire_due(2); }
    void discard_value(Entry* entry);
    void dispose_of_value(Entry* entry);
    Entry* without_due_members(Entry* entry);
    void destroy(Entry* entry);
    void discard_all();
    void hand_over_to_journal();
    void free_cleared(std::size_t max);

    template <class T>
    void finish_edit(Entry* entry, const Edit<T>& edit);
    void report(const Entry& entry, Change change, std::string_view event = event::kCommandsOwn,
                std::string_view removed = {}, std::int64_t count = 1, std::string_view added = {})
    {
        observer_.key_changed({index_, entry.key(), change, event, entry.type(), removed, added},
                              count);
    }

    /// To be called once it is certain that the key stays, before the change that made it is told.
    void report_made(const Entry& entry)
    {
        if (reports_also_.has(Change::Made)) [[unlikely]]
            report(entry, Change::Made, event::kMade, {}, 0);
    }
    void report_missed(std::string_view key);

    int index_;
    const Clock& clock_;
    Usage& usage_;
    Observer& observer_;
    Table<Entry> table_;
    KeyDeadlines deadlines_;
    DeadlineHeap<MemberTimer, 64> timers_;  ///< of values with members that have deadlines
    std::deque<Table<Entry>> cleared_;      ///< tables whose entries are still to be freed
    std::size_t cleared_entries_ = 0;
    Disposal disposal_;
    HiddenMembers hidden_;
    std::unique_ptr<SnapshotWalk> snapshot_;  ///< nullptr: none runs
    ChangeJournal* journal_ = nullptr;
    bool snapshot_mark_ = false;  ///< of entries that the snapshot need not look at
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
    bool keeps_expired_ = false;
    Changes reports_also_;
};

}  // namespace store

#include "store/keyspace_edit.h"
