#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "server/access/denial.h"
#include "store/clock.h"

namespace server::access {

/// What ACL LOG remembers: who was refused what, the newest first. The same within a minute is one
/// entry with a count.
class DenialLog
{
public:
    struct Entry
    {
        Reason reason;
        std::string_view context;  ///< where it was tried: "toplevel", "multi" or "lua"
        std::string object;
        std::string user;
        std::string client;  ///< its line in CLIENT LIST, without a line feed
        store::TimePoint updated_at;
        store::TimePoint created_at = updated_at;
        std::uint64_t id = 0;
        std::uint64_t count = 1;
    };

    /// Keeps at most `max_entries`.
    void add(Entry entry, std::size_t max_entries);
    void clear() { entries_.clear(); }
    const std::deque<Entry>& entries() const { return entries_; }

private:
    std::deque<Entry> entries_;
    std::uint64_t next_id_ = 0;
};

}  // namespace server::access
