#include "server/clients/watches.h"

#include <algorithm>

#include "server/clients/session.h"

namespace server {
namespace {

// The key stands with the session and in the table of all that are watched.
std::size_t bytes_of(std::string_view key)
{
    constexpr std::size_t kInTable = 3 * sizeof(void*) + sizeof(std::string) + 4 * sizeof(void*);
    return 2 * key.size() + kInTable + sizeof(std::pair<int, std::string>);
}

}  // namespace

void Watches::watch(Session& session, int database, std::string_view key, bool exists)
{
    tidy(2);  // so that ended watches never pile up, however fast they come
    List& list = list_of(session);
    auto& watchers = by_database_[database].try_emplace(std::string{key}).first->second;
    const auto is_this = [&](const Watcher& watcher) { return watcher.list == &list; };
    if (std::any_of(watchers.begin(), watchers.end(), is_this)) return;
    list.keys.emplace_back(database, key);  // first the way back: memory may run out
    session.watched_bytes += bytes_of(key);
    watchers.push_back({&list, exists});
    listen(true);
}

void Watches::unwatch(Session& session)
{
    session.watched_bytes = 0;
    session.transaction.keys_changed = false;
    const auto watched = by_session_.find(&session);
    if (watched == by_session_.end()) return;
    auto list = std::move(watched->second);
    by_session_.erase(watched);
    listen(!by_session_.empty());
    list->session = nullptr;
    if (list->keys.size() > kKeysAtOnce) {
        list->next_ended = std::move(ended_);
        ended_ = std::move(list);
    } else {
        while (!list->keys.empty()) drop_last_key(*list);
    }
}

Watches::List& Watches::list_of(Session& session)
{
    const auto found = by_session_.find(&session);
    if (found != by_session_.end()) return *found->second;
    auto list = std::make_unique<List>(List{.session = &session});
    return *by_session_.emplace(&session, std::move(list)).first->second;
}

bool Watches::tidy(std::size_t keys)
{
    for (; keys > 0 && ended_ != nullptr; --keys) {
        if (!ended_->keys.empty()) drop_last_key(*ended_);
        if (ended_->keys.empty()) ended_ = std::move(ended_->next_ended);
    }
    return ended_ != nullptr;
}

void Watches::drop_last_key(List& list)
{
    const auto& [database, key] = list.keys.back();
    const auto in_database = by_database_.find(database);
    if (in_database != by_database_.end()) {
        Watchers& watchers = in_database->second;
        const auto found = watchers.find(key);
        if (found != watchers.end()) {
            std::erase_if(found->second,
                          [&](const Watcher& watcher) { return watcher.list == &list; });
            if (found->second.empty()) watchers.erase(found);
        }
        if (watchers.empty()) by_database_.erase(in_database);
    }
    list.keys.pop_back();
}

void Watches::key_changed(const store::KeyEvent& event)
{
    const auto watchers = by_database_.find(event.database);
    if (watchers == by_database_.end()) return;
    if (event.change == store::Change::Cleared) {
        for (const auto& [key, watching] : watchers->second) mark(watching, true);
        return;
    }
    if (event.change == store::Change::Swapped) return;  // SWAPDB itself knows which keys changed
    const auto found = watchers->second.find(event.key);
    if (found != watchers->second.end()) mark(found->second, false);
}

/// A transaction that is given up is tried again; one that should have been is not noticed.
void Watches::changes_missed()
{
    for (const auto& [session, list] : by_session_) session->transaction.keys_changed = true;
}

void Watches::mark(const std::vector<Watcher>& watchers, bool only_if_key_existed)
{
    for (const Watcher& watcher : watchers) {
        Session* const session = watcher.list->session;
        if (session == nullptr) continue;
        session->transaction.keys_changed |= watcher.key_existed || !only_if_key_existed;
    }
}

}  // namespace server
