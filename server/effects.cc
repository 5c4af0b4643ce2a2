#include "server/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "ascii/integer.h"
#include "server/databases.h"
#include "server/key_events.h"
#include "store/snapshot/dump.h"

namespace server {

namespace {

constexpr std::string_view kMulti = "*1\r\n$5\r\nMULTI\r\n";
constexpr std::string_view kExec = "*1\r\n$4\r\nEXEC\r\n";

void append_length(std::string& out, char kind, std::size_t length)
{
    out += kind;
    out += ascii::IntegerText{static_cast<std::int64_t>(length)};
    out += "\r\n";
}

std::optional<store::Deadline> deadline_of(const store::Keyspace& keys, const store::Entry& entry)
{
    if (!entry.has_deadline()) return std::nullopt;
    return keys.deadline_of(entry);
}

bool has_timed_fields(const store::Hash& hash) { return hash.next_deadline().has_value(); }

}  // namespace

void append_request(std::string& out, std::span<const std::string_view> words)
{
    append_length(out, '*', words.size());
    for (const std::string_view word : words) {
        append_length(out, '$', word.size());
        out += word;
        out += "\r\n";
    }
}

void Effects::begin()
{
    on_ = true;
    selected_ = kNone;
    key_events_.tell_at_once(this);
}

void Effects::end()
{
    on_ = false;
    gathered_.clear();
    key_events_.tell_at_once(nullptr);
}

void Effects::clear_gathered()
{
    constexpr std::size_t kKept = 1 << 20;
    gathered_.erase(0, whole());
    begin_ = 0;
    if (gathered_.capacity() > kKept) gathered_.shrink_to_fit();
}

void Effects::log(int database, std::span<const std::string_view> words) noexcept
{
    const std::size_t before = gathered_.size();
    const int selected = selected_;
    try {
        append(database, words);
    } catch (const std::bad_alloc&) {
        gathered_.resize(before);
        selected_ = selected;
        missed_ = true;
    }
}

/// The second effect of a moment makes a transaction of it.
void Effects::append(int database, std::span<const std::string_view> words)
{
    if (depth_ == 0 || effects_ == 0) {
        if (timestamps_ && clock_.seconds() > last_timestamp_) {
            last_timestamp_ = clock_.seconds();
            fmt::format_to(std::back_inserter(gathered_), "#TS:{}\r\n", last_timestamp_);
        }
        begin_ = gathered_.size();
    } else if (effects_ == 1) {
        gathered_.insert(begin_, kMulti);
    }
    if (database != selected_) {
        const ascii::IntegerText number{database};
        append_request(gathered_, std::initializer_list<std::string_view>{"SELECT", number});
        selected_ = database;
    }
    append_request(gathered_, words);
    if (depth_ > 0) ++effects_;
}

void Effects::end_moment() noexcept
{
    if (--depth_ > 0) return;
    if (effects_ > 1) {
        try {
            gathered_ += kExec;
        } catch (const std::bad_alloc&) {
            gathered_.resize(begin_);
            selected_ = kNone;
            missed_ = true;
        }
    }
    effects_ = 0;
}

// Commands

void Effects::log_as(std::span<const std::string_view> words)
{
    if (running_ == nullptr) return;
    running_->told_ = true;
    log(running_->database_, words);
}

void Effects::log_keys()
{
    if (running_ == nullptr || running_->by_keys_) return;
    running_->by_keys_ = true;
    ++watching_;
}

void Effects::Command::end(bool changed, bool is_whole)
{
    if (by_keys_) {
        told_ = true;
        if (--effects_.watching_ == 0) effects_.end_notes();
    }
    effects_.running_ = outer_;
    if (!changed) return;
    if (outer_ != nullptr) outer_->told_ = true;
    if (told_) return;
    if (is_whole) {
        effects_.log(database_, request_);
    } else {
        effects_.missed_ = true;
    }
}

// Keys

void Effects::key_changed(const store::KeyEvent& event, std::int64_t) noexcept
{
    const bool went =
        event.change == store::Change::Expired ||
        (event.change == store::Change::Erased && event.name == store::event::kEvicted);
    if (went) return log(event.database, {"DEL", event.key});
    if (watching_ == 0) return;
    try {
        take_note(event);
    } catch (const std::bad_alloc&) {
        missed_ = true;
    }
}

void Effects::member_expired(int database, std::string_view key, std::string_view member) noexcept
{
    log(database, {"HDEL", key, member});
}

void Effects::take_note(const store::KeyEvent& event)
{
    if (!store::Changes::all().has(event.change) || event.change == store::Change::FieldsExpired)
        return;
    if (!event.is_of_one_key()) return miss();
    const auto is_it = [&](const Note& note) {
        return note.database == event.database && note.key == event.key;
    };
    // To tell a key twice does no harm: all that was changed need not be looked through.
    constexpr std::ptrdiff_t kFew = 16;
    const auto last = notes_.size() > kFew ? notes_.end() - kFew : notes_.begin();
    auto note = std::find_if(last, notes_.end(), is_it);
    if (note == notes_.end()) {
        notes_.push_back({.database = event.database, .key = std::string{event.key}});
        note = notes_.end() - 1;
    }
    const bool is_deadline =
        event.change == store::Change::Modified &&
        (event.name == store::event::kDeadlineSet || event.name == store::event::kDeadlineRemoved);
    if (is_deadline) {
        note->deadline = true;
    } else if (!event.added.empty() || !event.removed.empty()) {
        const bool is_added = !event.added.empty();
        note->members.emplace_back(is_added, is_added ? event.added : event.removed);
    } else if (event.change != store::Change::Erased || note->members.empty()) {
        note->whole = true;  // not for a set that went with its last member
    }
}

void Effects::end_notes() noexcept
{
    if (notes_.empty()) return;
    if (running_ != nullptr) running_->told_ = true;
    try {
        for (const Note& note : notes_) tell(note);
    } catch (const std::bad_alloc&) {
        missed_ = true;
    }
    notes_.clear();
}

void Effects::tell(const Note& note)
{
    const store::Keyspace& keys = databases_[note.database];
    const store::Entry* const entry = keys.peek_entry(note.key);
    if (!note.whole) {
        for (const auto& [added, member] : note.members)
            log(note.database, {added ? "SADD" : "SREM", note.key, member});
    } else if (entry == nullptr) {
        log(note.database, {"DEL", note.key});
    } else {
        return tell_value(note.database, note.key, *entry);
    }
    if (entry == nullptr || !note.deadline) return;
    if (const auto deadline = deadline_of(keys, *entry)) {
        const ascii::IntegerText ms{deadline->time_since_epoch().count()};
        log(note.database, {"PEXPIREAT", note.key, ms});
    } else {
        log(note.database, {"PERSIST", note.key});
    }
}

/// The value and its deadline, in commands that people can read where they are short.
void Effects::tell_value(int database, std::string_view key, const store::Entry& entry)
{
    const auto deadline = deadline_of(databases_[database], entry);
    const ascii::IntegerText ms{deadline.value_or(store::Deadline{}).time_since_epoch().count()};
    if (const auto* string = store::get_if<store::String>(&entry)) {
        if (deadline) return log(database, {"SET", key, string->view(), "PXAT", ms});
        return log(database, {"SET", key, string->view()});
    }
    const auto* hash = store::get_if<store::Hash>(&entry);
    if (hash == nullptr || has_timed_fields(*hash)) {
        const std::string dump = store::snapshot::dump(entry);
        return log(database, {"RESTORE", key, ms, dump, "REPLACE", "ABSTTL"});
    }
    log(database, {"DEL", key});
    std::vector<std::string_view> words{"HSET", key};
    words.reserve(words.size() + 2 * hash->size());
    hash->for_each([&](std::string_view field, std::string_view value) {
        words.push_back(field);
        words.push_back(value);
    });
    log(database, words);
    if (deadline) log(database, {"PEXPIREAT", key, ms});
}

}  // namespace server
