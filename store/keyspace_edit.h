#pragma once

#include <cassert>
#include <cstdint>
#include <string_view>
#include <utility>

#include "store/keyspace.h"

/// How one value is changed: the bodies of Keyspace's templates that write.
namespace store {

/// Open access to one value. At the end of its scope it reports a change, if there was any, and
/// drops a container that was left empty, which is a second change.
template <class T>
class Edit
{
public:
    Edit() = default;
    Edit(Keyspace& keys, Entry* entry, bool was_made)
        : keys_(&keys), entry_(entry), was_made_(was_made)
    {
        assert(!entry->is_open() && "one open edit a key");
        entry->set_open(true);
    }
    ~Edit()
    {
        if (entry_ == nullptr) return;
        entry_->set_open(false);
        keys_->finish_edit(entry_, *this);
    }
    Edit(const Edit&) = delete;
    Edit& operator=(const Edit&) = delete;

    /// False if edit_existing() found no such key.
    explicit operator bool() const { return entry_ != nullptr; }

    T& operator*() const { return entry_->get<T>(); }
    T* operator->() const { return &entry_->get<T>(); }

    /// To be called before the value's first member gets a deadline: the end of the scope, where
    /// the keyspace takes note of it, must not run out of memory.
    void expect_deadlines()
    {
        keys_->timers_.make_room();
        entry_->get<T>().expect_deadlines();
    }

    /// True if the key did not exist before.
    bool was_made() const { return was_made_; }

    /// To be added up by the caller: 0 at the end of the scope means that nothing happened.
    std::int64_t changes = 0;

    /// Set by a caller whose change is counted elsewhere: the second of two that are one to Redis.
    bool is_counted_already = false;

    /// Set by a caller whose change has another name than the command's own.
    std::string_view event = event::kCommandsOwn;

    /// Set by a caller who took one member out of a set, and did nothing else: for those who want
    /// to know which.
    std::string_view removed = {};
    /// The same for one that was put into a set.
    std::string_view added = {};

private:
    Keyspace* keys_ = nullptr;
    Entry* entry_ = nullptr;
    bool was_made_ = false;
};

template <class T>
Edit<T> Keyspace::edit(std::string_view key)
{
    const std::uint64_t hash = hash_bytes(key);
    if (Entry* entry = lookup_to_change(key, hash)) {
        entry->require_type<T>();
        about_to_change(entry);
        return Edit<T>{*this, entry, false};
    }
    return Edit<T>{*this, insert(key, hash, kTypeOf<T>), true};
}

template <class T>
Edit<T> Keyspace::edit_existing(std::string_view key)
{
    Entry* entry = lookup_to_change(key);
    if (entry == nullptr) return {};
    entry->require_type<T>();
    about_to_change(entry);
    return Edit<T>{*this, entry, false};
}

template <class T>
void Keyspace::put(std::string_view key, T value, Change change)
{
    if constexpr (kIsContainer<T>) {
        if (value.empty()) {
            erase(key);
            return;
        }
    }
    if constexpr (WithMemberDeadlines<T>) timers_.make_room();
    const std::uint64_t hash = hash_bytes(key);
    auto stored = Entry::make_stored<T>(std::move(value));
    Entry* entry = lookup_to_change(key, hash);
    const bool is_made = entry == nullptr || change == Change::Arrived;
    if (entry == nullptr) {
        entry = insert(key, hash, kTypeOf<T>);
    } else {
        assert(!entry->is_open() && "one open edit a key");
        about_to_change(entry);
        clear_deadline(entry);
        discard_value(entry);
        if (is_made) entry->set_usage(usage_.of_new_key());
    }
    entry->replace_value<T>(std::move(stored));
    if constexpr (WithMemberDeadlines<T>) set_timer(entry);
    if (is_made) report_made(*entry);
    report(*entry, change);
}

template <class T>
void Keyspace::finish_edit(Entry* entry, const Edit<T>& edit)
{
    const bool was_made = edit.was_made();
    const bool was_changed = edit.changes != 0;
    bool is_left = !was_made || was_changed;
    if constexpr (kIsContainer<T>) is_left = !entry->get<T>().empty();
    if constexpr (WithMemberDeadlines<T>) set_timer(entry);
    if (was_made && is_left) report_made(*entry);
    if (was_changed && (is_left || !was_made)) {
        const std::int64_t count = edit.is_counted_already ? 0 : edit.changes;
        report(*entry, Change::Modified, edit.event, edit.removed, count, edit.added);
    }
    if (is_left) return;
    if (!was_made) report(*entry, Change::Erased, event::kErased, {}, was_changed ? 0 : 1);
    remove(entry);
}

}  // namespace store
