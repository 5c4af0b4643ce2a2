#include "store/keyspace.h"

#include <limits>
#include <new>

namespace store {

namespace {

/// How many changes the first or second of two events about one change counts.
constexpr std::int64_t kCountedWithOther = 0;

}  // namespace

Keyspace::~Keyspace()
{
    end_snapshot();
    journal_ = nullptr;
    discard_all();
    while (free_some(Disposal::kMaxWaiting)) {
    }
}

std::optional<Type> Keyspace::type(std::string_view key)
{
    const Entry* entry = counted_lookup(key);
    if (entry == nullptr) return std::nullopt;
    return entry->type();
}

std::optional<Type> Keyspace::peek_type(std::string_view key)
{
    const Entry* entry = lookup(key);
    if (entry == nullptr) return std::nullopt;
    return entry->type();
}

void Keyspace::report_missed(std::string_view key)
{
    observer_.key_changed({index_, key, Change::Missed, event::kMissed, kTypeOf<String>}, 0);
}

std::optional<Deadline> Keyspace::deadline(std::string_view key)
{
    const Entry* entry = lookup(key);
    if (entry == nullptr || !entry->has_deadline()) return std::nullopt;
    return deadlines_.deadline(entry->deadline_slot());
}

bool Keyspace::put_string(std::string_view key, std::string_view value, const StringPut& options)
{
    if (options.deadline) {
        pay_for_deadline();
        deadlines_.make_room();
    }
    const std::uint64_t hash = hash_bytes(key);
    Entry* entry = lookup_to_change(key, hash);
    const bool is_made = entry == nullptr;
    if (is_made) {
        if (options.condition == StringPut::Condition::IfPresent) return false;
        entry = insert_string(key, hash, value);
    } else {
        if (options.condition == StringPut::Condition::IfMissing) return false;
        assert(!entry->is_open() && "one open edit a key");
        about_to_change(entry);
        assign_string(entry, value);
        if (!options.keep_deadline && !options.deadline) clear_deadline(entry);
    }
    if (options.deadline && clock_.has_come(*options.deadline)) {
        report(*entry, Change::Erased, event::kErased);
        remove(entry);
        return true;
    }
    if (is_made) report_made(*entry);
    report(*entry, Change::Modified, options.event);
    if (!options.deadline) return true;
    set_deadline(entry, *options.deadline);
    report(*entry, Change::Modified, event::kDeadlineSet, {}, kCountedWithOther);
    return true;
}

bool Keyspace::erase(std::string_view key, std::string_view event)
{
    Entry* entry = lookup(key);
    if (entry == nullptr) return false;
    assert(!entry->is_open() && "one open edit a key");
    report(*entry, Change::Erased, event);
    remove(entry);
    return true;
}

bool Keyspace::expire(std::string_view key, Deadline deadline)
{
    pay_for_deadline();
    Entry* entry = lookup_to_change(key);
    if (entry == nullptr) return false;
    if (clock_.has_come(deadline)) {
        report(*entry, Change::Erased, event::kErased);
        remove(entry);
        return true;
    }
    about_to_change(entry);
    set_deadline(entry, deadline);
    report(*entry, Change::Modified, event::kDeadlineSet);
    return true;
}

bool Keyspace::persist(std::string_view key)
{
    Entry* entry = lookup_to_change(key);
    if (entry == nullptr || !entry->has_deadline()) return false;
    about_to_change(entry);
    clear_deadline(entry);
    report(*entry, Change::Modified, event::kDeadlineRemoved);
    return true;
}

bool Keyspace::rename(std::string_view from, std::string_view to)
{
    Entry* source = lookup_to_change(from);
    if (source == nullptr) return false;
    if (from == to) return true;
    const std::uint64_t hash = hash_bytes(to);
    Entry* target = lookup(to, hash);
    deadlines_.make_room();
    timers_.make_room();
    if (target == nullptr) target = insert(to, hash, kTypeOf<String>);
    about_to_change(source);
    about_to_change(target);
    report_made(*target);
    report(*source, Change::Erased, event::kRenamedFrom, {}, kCountedWithOther);
    discard_value(target);
    show_all_in(source);
    stop_timer(source);
    target->steal_value(*source);
    set_timer(target);
    clear_deadline(target);
    target->set_usage(usage_.of_new_key());
    if (source->has_deadline()) set_deadline(target, deadlines_.deadline(source->deadline_slot()));
    remove(source);
    report(*target, Change::Arrived, event::kRenamedTo);
    return true;
}

bool Keyspace::copy(std::string_view from, Keyspace& target, std::string_view to)
{
    const Entry* source = lookup_to_change(from);
    if (source == nullptr) return false;
    target.deadlines_.make_room();
    source->visit([&](const auto& value) { target.put(to, value.clone(), Change::Arrived); });
    if (source->has_deadline())
        target.set_deadline(target.lookup(to), deadlines_.deadline(source->deadline_slot()));
    return true;
}

bool Keyspace::move(std::string_view key, Keyspace& target)
{
    const std::uint64_t hash = hash_bytes(key);
    Entry* source = lookup_to_change(key, hash);
    if (source == nullptr || target.lookup(key, hash) != nullptr) return false;
    target.deadlines_.make_room();
    target.timers_.make_room();
    Entry* moved = target.insert(key, hash, kTypeOf<String>);
    about_to_change(source);
    target.report_made(*moved);
    report(*source, Change::Erased, event::kMovedFrom, {}, kCountedWithOther);
    show_all_in(source);
    stop_timer(source);
    moved->steal_value(*source);
    target.set_timer(moved);
    if (source->has_deadline())
        target.set_deadline(moved, deadlines_.deadline(source->deadline_slot()));
    remove(source);
    target.report(*moved, Change::Arrived, event::kMovedTo);
    return true;
}

void Keyspace::swap_index(Keyspace& other)
{
    std::swap(index_, other.index_);
    observer_.key_changed({.database = index_, .change = Change::Swapped}, 1);
    observer_.key_changed({.database = other.index_, .change = Change::Swapped}, kCountedWithOther);
}

void Keyspace::clear()
{
    observer_.key_changed({.database = index_, .change = Change::Cleared},
                          static_cast<std::int64_t>(table_.size()));
    discard_all();
}

void Keyspace::discard_all()
{
    // FLUSHALL comes here for each database, and most have never held a key.
    const bool has_memory = table_.memory_bytes() > sizeof(table_);
    if (!has_memory) return;
    if (journal_ != nullptr) [[unlikely]]
        return hand_over_to_journal();
    timers_.clear();
    hidden_.clear();
    if (snapshot_ != nullptr && !snapshot_->was_cleared) {
        keep_cleared_for_snapshot();
    } else {
        free_later(table_);
    }
    deadlines_.clear();
}

std::size_t Keyspace::expire_due(std::size_t limit)
{
    std::size_t removed = 0;
    while (removed < limit && !keeps_expired_ && !deadlines_.empty() &&
           clock_.has_come(deadlines_.top().deadline)) {
        Entry* entry = deadlines_.top().owner;
        report(*entry, Change::Expired, event::kExpired);
        remove(entry);
        ++removed;
    }
    while (removed < limit && any_member_due()) {
        const auto erased = erase_due_members(timers_.top().owner->entry, limit - removed);
        assert(erased > 0 && "a value's timer is that of its earliest member");
        if (erased == 0) break;
        removed += erased;
    }
    return removed;
}

/// Erases members that are due, and the key if none is left. Returns how many there were.
std::size_t Keyspace::erase_due_members(Entry* entry, std::size_t max)
{
    std::size_t erased = 0;
    bool is_left = true;
    about_to_change(entry);
    entry->visit([&]<class T>(T& value) {
        if constexpr (WithMemberDeadlines<T>) {
            const Deadline now = clock_.now_ms();
            for (auto next = value.next_deadline(); next && *next <= now && erased < max;
                 next = value.next_deadline()) {
                observer_.member_expired(index_, entry->key(), value.earliest_member());
                erased += value.erase_due(now, 1);
            }
            is_left = !value.empty();
        }
    });
    if (erased == 0) return 0;
    assert(!entry->is_open() && "a command sees one moment");
    set_timer(entry);
    report(*entry, Change::FieldsExpired, event::kFieldsExpired);
    if (is_left) return erased;
    report(*entry, Change::Expired, event::kErased);
    remove(entry);
    return erased;
}

bool Keyspace::all_members_due(const Entry& entry) const
{
    bool all = false;
    entry.visit([&]<class T>(const T& value) {
        if constexpr (WithMemberDeadlines<T>) all = value.all_due(clock_.now_ms());
    });
    return all;
}

/// Takes note of the value's earliest deadline. REQUIRES: timers_.make_room(), unless it runs.
void Keyspace::set_timer(Entry* entry)
{
    entry->visit([&]<class T>(T& value) {
        if constexpr (WithMemberDeadlines<T>) {
            MemberTimer* const timer = value.timer();
            if (timer == nullptr) return;
            const auto next = value.next_deadline();
            if (!next) return stop_timer(entry);
            timer->entry = entry;
            if (timer->runs()) {
                timers_.change(timer->slot, *next);
            } else {
                timers_.push(*next, timer);
            }
        }
    });
}

void Keyspace::stop_timer(Entry* entry)
{
    entry->visit([&]<class T>(T& value) {
        if constexpr (WithMemberDeadlines<T>) {
            MemberTimer* const timer = value.timer();
            if (timer == nullptr || !timer->runs()) return;
            timers_.erase(timer->slot);
            timer->stop();
        }
    });
}

std::optional<Deadline> Keyspace::next_deadline() const
{
    std::optional<Deadline> next;
    if (!deadlines_.empty()) next = deadlines_.top().deadline;
    if (!timers_.empty() && (!next || timers_.top().deadline < *next))
        next = timers_.top().deadline;
    return next;
}

std::optional<std::string_view> Keyspace::random_key(Random& random)
{
    // Keys that are kept though their time is over may be all there is. Redis looks as often, and
    // then takes one of them.
    constexpr int kMaxLooksAtKept = 100;
    for (int looks = 0; !table_.empty(); ++looks) {
        Entry* entry = table_.random(random);
        const bool enough = keeps_expired_ && looks == kMaxLooksAtKept;
        if (lookup(entry->key()) != nullptr || enough) return entry->key();
    }
    return std::nullopt;
}

Entry* Keyspace::lookup(std::string_view key, std::uint64_t hash)
{
    Entry* entry = table_.find(key, hash);
    // The deadline lies in the heap, a cache line away: it is looked at only if some key is due.
    if (entry != nullptr && entry->has_deadline() && clock_.has_come(deadlines_.top().deadline) &&
        is_due(*entry)) {
        if (keeps_expired_) return nullptr;
        report(*entry, Change::Expired, event::kExpired);
        remove(entry);
        return nullptr;
    }
    if (any_member_due() && entry != nullptr) [[unlikely]]
        return without_due_members(entry);
    return entry;
}

/// Nullptr if nothing is left.
Entry* Keyspace::without_due_members(Entry* entry)
{
    const bool is_gone = all_members_due(*entry);
    erase_due_members(entry, std::numeric_limits<std::size_t>::max());
    return is_gone ? nullptr : entry;
}

Entry* Keyspace::insert(std::string_view key, std::uint64_t hash, Type type)
{
    return add(Entry::make(key, type), hash);
}

Entry* Keyspace::insert_string(std::string_view key, std::uint64_t hash, std::string_view value)
{
    Entry* const entry = Entry::make(key, kTypeOf<String>);
    try {
        entry->get<String>().assign(value);
    } catch (const std::bad_alloc&) {
        Entry::destroy(entry);
        throw;
    }
    return add(entry, hash);
}

/// Takes an entry that was just made. If there is no memory to keep it, it is destroyed.
Entry* Keyspace::add(Entry* entry, std::uint64_t hash)
{
    entry->set_snapshot_mark(snapshot_mark_);
    entry->set_usage(usage_.of_new_key());
    table_.insert_or_destroy(entry, hash);
    if (journal_ != nullptr) [[unlikely]]
        journal_->made(*this, entry->key());
    return entry;
}

void Keyspace::assign_string(Entry* entry, std::string_view value)
{
    if (entry->type() == kTypeOf<String>) return entry->get<String>().assign(value);
    String stored;
    stored.assign(value);
    discard_value(entry);
    entry->replace_value<String>(std::move(stored));
}

void Keyspace::remove(Entry* entry)
{
    about_to_change(entry);
    clear_deadline(entry);
    stop_timer(entry);
    if (entry->is_hiding()) show_hidden_by(entry);
    table_.take(entry->key(), hash_bytes(entry->key()));
    destroy(entry);
}

void Keyspace::hide(std::string_view set, std::string_view name, std::string_view member,
                    std::string_view while_key)
{
    SortedSet* const members = sorted_set_at(set);
    Entry* const key = table_.find(while_key, hash_bytes(while_key));
    if (members == nullptr || key == nullptr) return;
    if (!members->contains(member) || !members->hide(name, member)) return;
    try {
        hidden_.add(key, set, name, member);
    } catch (const std::bad_alloc&) {
        members->show(name, member);
        throw;
    }
}

bool Keyspace::hide(std::string_view set, std::string_view name, std::string_view member)
{
    SortedSet* const members = sorted_set_at(set);
    return members != nullptr && members->contains(member) && members->hide(name, member);
}

void Keyspace::show_all(std::string_view set, std::string_view name)
{
    if (SortedSet* const members = sorted_set_at(set))
        members->show_all(name, [this](SortedSet& hidden) { disposal_.take(hidden); });
}

void Keyspace::show_hidden_by(Entry* entry)
{
    hidden_.take(entry,
                 [this](std::string_view set, std::string_view name, std::string_view member) {
                     if (SortedSet* const members = sorted_set_at(set)) members->show(name, member);
                 });
}

/// For what changes nothing that can be seen. nullptr if there is none.
SortedSet* Keyspace::sorted_set_at(std::string_view key)
{
    return get_if<SortedSet>(table_.find(key, hash_bytes(key)));
}

/// The value gets another name, under which its members would stay hidden.
void Keyspace::show_all_in(Entry* entry)
{
    if (entry->type() != kTypeOf<SortedSet>) return;
    entry->get<SortedSet>().show_all([this](SortedSet& members) { disposal_.take(members); });
}

void Keyspace::destroy(Entry* entry)
{
    dispose_of_value(entry);
    Entry::destroy(entry);
}

/// To be called before a value is replaced, whatever its type.
void Keyspace::discard_value(Entry* entry)
{
    stop_timer(entry);
    dispose_of_value(entry);
}

/// If the value is large, what remains is empty.
void Keyspace::dispose_of_value(Entry* entry)
{
    entry->visit([this]<class T>(T& value) {
        if constexpr (kIsContainer<T>) disposal_.take(value);
    });
}

bool Keyspace::free_some(std::size_t max)
{
    disposal_.work(max);
    if (disposal_.empty()) free_cleared(max);
    return has_more_to_free();
}

/// The table that was cleared last goes first: it may be the one that is to go at once.
void Keyspace::free_cleared(std::size_t max)
{
    if (cleared_.empty()) return;
    Table<Entry>& last = cleared_.back();
    cleared_entries_ -= last.drain(max, [this](Entry* entry) { destroy(entry); });
    if (last.empty()) cleared_.pop_back();
}

void Keyspace::clear_deadline(Entry* entry)
{
    if (!entry->has_deadline()) return;
    const UsageBits kept = usage(*entry);
    deadlines_.erase(entry->deadline_slot());
    entry->set_usage(kept);
}

void Keyspace::set_deadline(Entry* entry, Deadline deadline)
{
    if (entry->has_deadline()) {
        deadlines_.change(entry->deadline_slot(), deadline);
    } else {
        deadlines_.push(deadline, entry, entry->usage());
    }
}

}  // namespace store
