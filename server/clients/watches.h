#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/key_events.h"

namespace server {

struct Session;

/// Which sessions WATCH which keys. Marks their transactions when such a key changes. A session
/// that ends its watches is marked no more; what they cost is given back bit by bit if it is much.
class Watches final : public KeySubscriber
{
public:
    /// `exists`: whether the key is there now. A key that is not does not change when everything
    /// is taken away.
    void watch(Session& session, int database, std::string_view key, bool exists);
    /// Ends all watches of the session and forgets that a key of it had changed.
    void unwatch(Session& session);

    /// Gives back some of what ended watches cost: about so many keys. True if there is more.
    bool tidy(std::size_t keys = kKeysAtOnce);

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
        for (const auto& [database, key] : watched->second->keys) visit(database, key);
    }

    std::size_t watching_sessions() const { return by_session_.size(); }
    /// With those of ended watches that are not given back yet.
    std::size_t watched_keys() const
    {
        std::size_t keys = 0;
        for (const auto& [database, watchers] : by_database_) keys += watchers.size();
        return keys;
    }

private:
    /// All that a session watches.
    struct List
    {
        Session* session;  ///< nullptr: the watches have ended
        std::vector<std::pair<int, std::string>> keys = {};
        std::unique_ptr<List> next_ended = {};
    };
    struct Watcher
    {
        const List* list;
        bool key_existed;  ///< when the watch began; if that has changed, the session is marked
    };
    /// A tree: no WATCH waits until a table of a million keys has grown.
    using Watchers = std::map<std::string, std::vector<Watcher>, std::less<>>;

    /// What one command or one tick gives back: a fifth of a millisecond.
    static constexpr std::size_t kKeysAtOnce = 500;

    List& list_of(Session& session);
    static void mark(const std::vector<Watcher>& watchers, bool only_if_key_existed);
    void drop_last_key(List& list);

    std::unordered_map<int, Watchers> by_database_;
    std::unordered_map<Session*, std::unique_ptr<List>> by_session_;
    std::unique_ptr<List> ended_;  ///< the first of a chain
};

}  // namespace server
