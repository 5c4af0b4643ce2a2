#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "store/clock.h"

namespace server {

struct Session;

/// The sessions that are shown every request: MONITOR.
class Monitors
{
public:
    /// False if the session is one already.
    bool add(Session& session);
    void forget(Session& session);

    bool any() const { return !sessions_.empty(); }

    /// Shows a request to all of them: `words` as they may be seen, `sender` an address or "lua".
    void show(store::TimePoint now, int database, std::string_view sender,
              std::span<const std::string_view> words) const;

private:
    std::vector<Session*> sessions_;
};

}  // namespace server
