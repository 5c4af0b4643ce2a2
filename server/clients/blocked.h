#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/agenda.h"
#include "server/key_events.h"
#include "store/entry.h"

namespace server {

struct Command;
struct Session;

/// What a session waits for.
struct Wait
{
    std::vector<std::string> request;  ///< to be run again
    const Command* command;
    int database;
    std::vector<std::string> keys;
    std::optional<store::Type> type;  ///< what a key must hold; nothing: no key helps
    Agenda::Item time_limit = {};
};

/// The sessions that wait for keys, and the keys that were changed meanwhile. Wakes no client
/// itself: the executor does, after the command, transaction or script that changed a key.
class BlockedClients final : public KeySubscriber
{
public:
    /// A key of a database.
    using Key = std::pair<int, std::string>;

    /// The session waits from now on, behind those that wait for the same keys already.
    /// REQUIRES that it does not wait yet.
    void block(Session& session, Wait wait);

    /// The session waits no more; what it waited for is returned, nothing if it did not wait.
    std::optional<Wait> release(Session& session);

    /// What the session waits for; nullptr if it does not.
    Wait* find(const Session& session);

    /// Whether a key that somebody waits for was changed.
    bool any_ready() const { return !ready_.empty(); }

    /// The key that was changed first. It stays the first until end_serving(), so that it is not
    /// lost if serving it fails. REQUIRES any_ready().
    Key begin_serving();
    void end_serving() { ready_.pop_front(); }

    /// Who waits for the key, longest first, by session id.
    std::vector<std::uint64_t> waiting_for(const Key& key) const;

    std::size_t size() const { return waits_.size(); }
    std::size_t key_count() const { return queues_.size(); }
    /// How many will not wait for ever.
    std::size_t with_time_limit() const
    {
        return static_cast<std::size_t>(
            std::count_if(waits_.begin(), waits_.end(),
                          [](const auto& wait) { return bool{wait.second.first.time_limit}; }));
    }

    void key_changed(const store::KeyEvent& event) override;
    void changes_missed() override;

private:
    struct KeyLess
    {
        using is_transparent = void;
        template <class Left, class Right>
        bool operator()(const Left& left, const Right& right) const
        {
            if (left.first != right.first) return left.first < right.first;
            return std::string_view{left.second} < std::string_view{right.second};
        }
    };

    /// The client that has waited longest is served first.
    struct Queue
    {
        std::map<std::uint64_t, std::uint64_t> by_turn;  ///< turn -> session id
        bool ready = false;                              ///< stands in ready_
    };

    void mark_ready(const Key& key, Queue& queue);
    /// Any key of the database that a client waits for may hold something now.
    void mark_all_ready(int database);

    std::unordered_map<const Session*, std::pair<Wait, std::uint64_t>> waits_;  ///< with its turn
    std::map<Key, Queue, KeyLess> queues_;
    std::deque<Key> ready_;
    std::uint64_t last_turn_ = 0;
};

}  // namespace server
