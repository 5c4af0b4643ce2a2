#include "server/clients/watches.h"

#include <algorithm>

#include "server/clients/session.h"

namespace server {

void Watches::watch(Session& session, int database, std::string_view key)
{
    Watchers& watchers = by_database_[database];
    auto& sessions = watchers.try_emplace(std::string{key}).first->second;
    if (std::find(sessions.begin(), sessions.end(), &session) != sessions.end()) return;
    sessions.push_back(&session);
    by_session_[&session].emplace_back(database, key);
}

void Watches::unwatch(Session& session)
{
    session.transaction.keys_changed = false;
    const auto watched = by_session_.find(&session);
    if (watched == by_session_.end()) return;
    for (const auto& [database, key] : watched->second) {
        Watchers& watchers = by_database_[database];
        const auto found = watchers.find(key);
        std::erase(found->second, &session);
        if (found->second.empty()) watchers.erase(found);
        if (watchers.empty()) by_database_.erase(database);
    }
    by_session_.erase(watched);
}

void Watches::key_changed(int database, std::string_view key)
{
    if (by_session_.empty()) return;
    const auto watchers = by_database_.find(database);
    if (watchers == by_database_.end()) return;
    const auto found = watchers->second.find(key);
    if (found == watchers->second.end()) return;
    mark(found->second);
}

void Watches::mark(const std::vector<Session*>& sessions)
{
    for (Session* session : sessions) session->transaction.keys_changed = true;
}

}  // namespace server
