#pragma once

#include <cstdint>
#include <map>

#include "server/clients/session.h"

namespace server {

/// Every session that is connected, in the order of their ids. Does not own them.
class Sessions
{
public:
    /// Gives the session its id, unless it has one: 1, 2, 3 ... never used again.
    void add(Session& session)
    {
        if (session.id == 0) session.id = ++last_id_;
        by_id_.emplace(session.id, &session);
    }
    void remove(Session& session) { by_id_.erase(session.id); }

    Session* find(std::uint64_t id) const
    {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second;
    }

    std::size_t size() const { return by_id_.size(); }
    auto begin() const { return by_id_.begin(); }
    auto end() const { return by_id_.end(); }

private:
    std::map<std::uint64_t, Session*> by_id_;
    std::uint64_t last_id_ = 0;
};

}  // namespace server
