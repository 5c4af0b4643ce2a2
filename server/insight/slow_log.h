#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "server/execution/invocation.h"
#include "store/clock.h"

namespace server {

struct Command;
struct Session;

/// The commands that took longest to run, the newest first: SLOWLOG.
class SlowLog
{
public:
    struct Entry
    {
        std::int64_t id;
        store::TimePoint at;
        std::chrono::microseconds took;
        std::vector<std::string> words;  ///< at most 32 of at most 128 bytes, and what was left out
        std::string client_address;
        std::string client_name;
    };

    /// Keeps a command, and at most `max_entries` in all. `client` is who sent it.
    void add(const Command& command, Request request, const Session& client, store::TimePoint now,
             std::chrono::nanoseconds took, std::size_t max_entries);

    /// Forgets all entries; their ids are never given again.
    void clear() { entries_.clear(); }

    const std::deque<Entry>& entries() const { return entries_; }

private:
    std::deque<Entry> entries_;
    std::int64_t next_id_ = 0;
};

}  // namespace server
