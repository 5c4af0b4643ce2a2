#include "server/clients/tracking.h"

#include <algorithm>
#include <utility>

#include "server/clients/message.h"
#include "server/clients/session.h"

namespace server {

void Tracking::start(Session& session, ClientTracking wanted)
{
    auto& state = clients_[&session];
    if (state) wanted.prefixes.insert(state->prefixes.begin(), state->prefixes.end());
    for (const std::string& prefix : wanted.prefixes) by_prefix_[prefix].clients.insert(&session);
    state = std::make_unique<ClientTracking>(std::move(wanted));
    session.tracking = state.get();
    listen(true);
}

void Tracking::stop(Session& session)
{
    const auto found = clients_.find(&session);
    if (found == clients_.end()) return;
    leave_prefixes(session, *found->second);
    session.tracking = nullptr;
    clients_.erase(found);
    if (!clients_.empty()) return;
    listen(false);
    readers_.clear();
    items_ = 0;
}

void Tracking::leave_prefixes(Session& session, const ClientTracking& state)
{
    for (const std::string& prefix : state.prefixes) {
        const auto found = by_prefix_.find(prefix);
        found->second.clients.erase(&session);
        if (found->second.clients.empty()) {
            by_prefix_.erase(found);
            continue;
        }
        for (auto& [key, by] : found->second.keys)
            if (by == &session) by = nullptr;
    }
}

void Tracking::remember(const Session& session, std::string_view key)
{
    const auto found = readers_.find(key);
    if (found == readers_.end()) {
        readers_.emplace(key, Readers{.first = session.id, .others = nullptr});
        ++items_;
        return forget_some();
    }
    Readers& readers = found->second;
    if (readers.first == session.id) return;
    if (!readers.others) readers.others = std::make_unique<std::set<std::uint64_t>>();
    if (readers.others->insert(session.id).second) ++items_;
}

/// Any of them will do: the key of the next bucket that has one, from place to place.
void Tracking::forget_some()
{
    const auto max = static_cast<std::size_t>(options_.tracking_table_max_keys);
    constexpr std::uint64_t kFarAway = 0x9e3779b97f4a7c15;
    while (max != 0 && readers_.size() > max) {
        std::size_t bucket = (turn_ += kFarAway) % readers_.bucket_count();
        while (readers_.bucket_size(bucket) == 0) bucket = (bucket + 1) % readers_.bucket_count();
        tell_readers(readers_.find(readers_.begin(bucket)->first));
    }
}

void Tracking::flushed()
{
    readers_.clear();
    items_ = 0;
    for (auto& [prefix, broadcast] : by_prefix_) broadcast.keys.clear();
    for (const auto& [id, session] : sessions_)
        if (session->tracking != nullptr) send(*session, nullptr);
}

// Changes to keys

bool Tracking::wants(const store::KeyEvent& event) const
{
    return !by_prefix_.empty() || readers_.contains(event.key);
}

void Tracking::key_changed(const store::KeyEvent& event)
{
    // FLUSHDB and FLUSHALL say so themselves, once for all databases; SWAPDB changes no name.
    if (!event.is_of_one_key()) return;
    if (!by_prefix_.empty()) note_for_broadcast(event.key);
    const auto found = readers_.find(event.key);
    if (found != readers_.end()) tell_readers(found);
}

void Tracking::tell_readers(ReadersOfKeys::iterator found)
{
    const auto node = readers_.extract(found);
    const Readers& readers = node.mapped();
    items_ -= 1 + (readers.others ? readers.others->size() : 0);
    tell_reader(readers.first, node.key());
    if (!readers.others) return;
    for (const std::uint64_t id : *readers.others) tell_reader(id, node.key());
}

void Tracking::tell_reader(std::uint64_t id, std::string_view key)
{
    Session* const session = sessions_.find(id);
    if (session == nullptr || session->tracking == nullptr) return;
    const ClientTracking& state = *session->tracking;
    if (state.broadcast || (state.no_loop && session->running)) return;
    const std::vector<std::string_view> keys{key};
    send(*session, &keys);
}

// Broadcasts

void Tracking::note_for_broadcast(std::string_view key)
{
    for (auto& [prefix, broadcast] : by_prefix_) {
        if (!key.starts_with(prefix)) continue;
        const auto by = std::ranges::find_if(broadcast.clients, [](const Session* session) {
            return session->tracking->no_loop && session->running;
        });
        broadcast.keys.insert_or_assign(std::string{key},
                                        by == broadcast.clients.end() ? nullptr : *by);
        if (next_broadcast_) continue;
        next_broadcast_ = agenda_.add(clock_.now_ms(), [this] { this->broadcast(); });
    }
}

void Tracking::broadcast()
{
    next_broadcast_ = {};
    for (auto& [name, prefix] : by_prefix_) {
        for (Session* const session : prefix.clients) broadcast_to(*session, prefix);
        prefix.keys.clear();
    }
}

void Tracking::broadcast_to(Session& session, const Broadcast& prefix)
{
    std::vector<std::string_view> keys;
    for (const auto& [key, by] : prefix.keys)
        if (by != &session) keys.push_back(key);
    if (!keys.empty()) send(session, &keys);
}

// Messages

void Tracking::send(Session& client, const std::vector<std::string_view>* keys)
{
    ClientTracking& state = *clients_.at(&client);
    Session* const receiver = state.redirect == 0 ? &client : sessions_.find(state.redirect);
    if (receiver == nullptr) {
        state.broken_redirect = true;
        if (client.protocol == protocol::Version::Resp2) return;
        return send_message(client, [&](protocol::ReplyWriter& writer) {
            writer.push(2);
            writer.bulk("tracking-redir-broken");
            writer.integer(static_cast<std::int64_t>(state.redirect));
        });
    }
    // RESP2 has messages only for subscribers, who have no requests that these could disturb.
    const bool is_push = receiver->protocol != protocol::Version::Resp2;
    if (!is_push && (receiver == &client || !receiver->subscriptions.any())) return;
    send_message(*receiver, [&](protocol::ReplyWriter& writer) {
        writer.push(is_push ? 2 : 3);
        if (!is_push) writer.bulk("message");
        writer.bulk(is_push ? "invalidate" : "__redis__:invalidate");
        if (keys == nullptr) return writer.null();
        writer.array(keys->size());
        for (const auto key : *keys) writer.bulk(key);
    });
}

}  // namespace server
