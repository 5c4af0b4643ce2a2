#include "server/clients/blocked.h"

#include "server/clients/session.h"

namespace server {
namespace {

// A key stands with the session and in the queue of all who wait for it.
std::size_t bytes_of(const Wait& wait)
{
    constexpr std::size_t kNodes = 2 * 4 * sizeof(void*) + sizeof(std::string);
    std::size_t bytes = sizeof(Wait);
    for (const std::string& word : wait.request) bytes += sizeof(std::string) + word.size();
    for (const std::string& key : wait.keys) bytes += sizeof(std::string) + kNodes + 2 * key.size();
    return bytes;
}

}  // namespace

void BlockedClients::block(Session& session, Wait wait)
{
    const std::uint64_t turn = ++last_turn_;
    session.waiting_bytes = bytes_of(wait);
    for (const std::string& key : wait.keys)
        queues_[{wait.database, key}].by_turn.emplace(turn, session.id);
    waits_.emplace(&session, std::pair{std::move(wait), turn});
    session.blocked = true;
    listen(!queues_.empty());
}

std::optional<Wait> BlockedClients::release(Session& session)
{
    const auto found = waits_.find(&session);
    if (found == waits_.end()) return std::nullopt;
    auto [wait, turn] = std::move(found->second);
    waits_.erase(found);
    for (const std::string& key : wait.keys) {
        const auto queue = queues_.find(std::pair{wait.database, std::string_view{key}});
        if (queue == queues_.end()) continue;  // the same key twice
        queue->second.by_turn.erase(turn);
        if (queue->second.by_turn.empty()) queues_.erase(queue);
    }
    session.blocked = false;
    session.waiting_bytes = 0;
    listen(!queues_.empty());
    return std::move(wait);
}

Wait* BlockedClients::find(const Session& session)
{
    const auto found = waits_.find(&session);
    return found == waits_.end() ? nullptr : &found->second.first;
}

BlockedClients::Key BlockedClients::begin_serving()
{
    Key key = ready_.front();
    const auto queue = queues_.find(key);
    if (queue != queues_.end()) queue->second.ready = false;
    return key;
}

std::vector<std::uint64_t> BlockedClients::waiting_for(const Key& key) const
{
    std::vector<std::uint64_t> sessions;
    const auto queue = queues_.find(key);
    if (queue == queues_.end()) return sessions;
    for (const auto& [turn, session] : queue->second.by_turn) sessions.push_back(session);
    return sessions;
}

void BlockedClients::mark_all_ready(int database)
{
    const auto first = queues_.lower_bound(std::pair{database, std::string_view{}});
    for (auto queue = first; queue != queues_.end() && queue->first.first == database; ++queue)
        mark_ready(queue->first, queue->second);
}

void BlockedClients::key_changed(const store::KeyEvent& event)
{
    if (event.change == store::Change::Swapped) return mark_all_ready(event.database);
    constexpr store::Changes kMade{store::Change::Modified, store::Change::Arrived};
    if (!kMade.has(event.change)) return;
    const auto queue = queues_.find(std::pair{event.database, event.key});
    if (queue != queues_.end()) mark_ready(queue->first, queue->second);
}

void BlockedClients::changes_missed()
{
    for (auto& [key, queue] : queues_) mark_ready(key, queue);
}

void BlockedClients::mark_ready(const Key& key, Queue& queue)
{
    if (queue.ready) return;
    ready_.push_back(key);
    queue.ready = true;
}

}  // namespace server
