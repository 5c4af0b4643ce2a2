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
    auto& watchers = by_database_[database].try_emplace(std::string{key}).first->second;
    const auto is_this = [&](const Watcher& watcher) { return watcher.session == &session; };
    if (std::any_of(watchers.begin(), watchers.end(), is_this)) return;
    by_session_[&session].emplace_back(database, key);  // first the way back: memory may run out
    session.watched_bytes += bytes_of(key);
    watchers.push_back({&session, exists});
    listen(true);
}

void Watches::unwatch(Session& session)
{
    session.watched_bytes = 0;
    session.transaction.keys_changed = false;
    const auto watched = by_session_.find(&session);
    if (watched == by_session_.end()) return;
    for (const auto& [database, key] : watched->second) {
        const auto in_database = by_database_.find(database);
        if (in_database == by_database_.end()) continue;
        Watchers& watchers = in_database->second;
        const auto found = watchers.find(key);
        if (found == watchers.end()) continue;
        std::erase_if(found->second,
                      [&](const Watcher& watcher) { return watcher.session == &session; });
        if (found->second.empty()) watchers.erase(found);
        if (watchers.empty()) by_database_.erase(in_database);
    }
    by_session_.erase(watched);
    listen(!by_session_.empty());
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
    for (const auto& [session, keys] : by_session_) session->transaction.keys_changed = true;
}

void Watches::mark(const std::vector<Watcher>& watchers, bool only_if_key_existed)
{
    for (const Watcher& watcher : watchers)
        watcher.session->transaction.keys_changed |= watcher.key_existed || !only_if_key_existed;
}

}  // namespace server
