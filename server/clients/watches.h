#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/key_events.h"
#include "store/hashing.h"

namespace server {

struct Session;

/// Which sessions WATCH which keys. Marks their transactions when such a key changes.
class Watches final : public KeySubscriber
{
public:
    /// `exists`: whether the key is there now. A key that is not does not change when everything
    /// is taken away.
    void watch(Session& session, int database, std::string_view key, bool exists);
    /// Ends all watches of the session and forgets that a key of it had changed.
    void unwatch(Session& session);

    void key_changed(const store::KeyEvent& event) override;
    void changes_missed() override;

    /// Marks the sessions that watch a key of the database for which `changed(key)` holds.
    template <class Changed>
    void mark_if(int database, Changed&& changed) const
    {
        const auto watchers = by_database_.find(database);
        if (watchers == by_database_.end()) return;
        for (const auto& [key, watching] : watchers->second)
            if (changed(key)) mark(watching, false);
    }

    /// Calls `visit(int database, std::string_view key)` for each key that the session watches.
    template <class Visit>
    void for_each_key(Session& session, Visit&& visit) const
    {
        const auto watched = by_session_.find(&session);
        if (watched == by_session_.end()) return;
        for (const auto& [database, key] : watched->second) visit(database, key);
    }

    std::size_t watching_sessions() const { return by_session_.size(); }
    std::size_t watched_keys() const
    {
        std::size_t keys = 0;
        for (const auto& [database, watchers] : by_database_) keys += watchers.size();
        return keys;
    }

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const { return store::hash_bytes(key); }
    };
    struct Watcher
    {
        Session* session;
        bool key_existed;  ///< when the watch began; if that has changed, the session is marked
    };
    using Watchers = std::unordered_map<std::string, std::vector<Watcher>, Hash, std::equal_to<>>;

    static void mark(const std::vector<Watcher>& watchers, bool only_if_key_existed);

    std::unordered_map<int, Watchers> by_database_;
    std::unordered_map<Session*, std::vector<std::pair<int, std::string>>> by_session_;
};

}  // namespace server
