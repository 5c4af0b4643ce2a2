#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace server {

struct Session;

/// Which sessions WATCH which keys. Marks their transactions when such a key changes.
class Watches
{
public:
    void watch(Session& session, int database, std::string_view key);
    /// Ends all watches of the session and forgets that a key of it had changed.
    void unwatch(Session& session);

    void key_changed(int database, std::string_view key);
    /// A key that is not there does not change when everything goes: `exists(key)` tells.
    template <class Exists>
    void database_cleared(int database, Exists&& exists)
    {
        const auto watchers = by_database_.find(database);
        if (watchers == by_database_.end()) return;
        for (const auto& [key, sessions] : watchers->second)
            if (exists(key)) mark(sessions);
    }

    std::size_t watching_sessions() const { return by_session_.size(); }

private:
    struct Hash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const
        {
            return std::hash<std::string_view>{}(key);
        }
    };
    using Watchers = std::unordered_map<std::string, std::vector<Session*>, Hash, std::equal_to<>>;

    static void mark(const std::vector<Session*>& sessions);

    std::unordered_map<int, Watchers> by_database_;
    std::unordered_map<Session*, std::vector<std::pair<int, std::string>>> by_session_;
};

}  // namespace server
