#include "server/access/denial_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace server::access {

namespace {

bool is_same(const DenialLog::Entry& known, const DenialLog::Entry& entry)
{
    constexpr std::chrono::minutes kOneEvent{1};
    return known.reason == entry.reason && known.context == entry.context &&
           entry.updated_at - known.updated_at <= kOneEvent && known.object == entry.object &&
           known.user == entry.user;
}

}  // namespace

void DenialLog::add(Entry entry, std::size_t max_entries)
{
    constexpr std::ptrdiff_t kLookedAt = 10;
    const auto end = entries_.begin() + std::min(kLookedAt, std::ssize(entries_));
    const auto known = std::find_if(entries_.begin(), end,
                                    [&](const Entry& other) { return is_same(other, entry); });
    if (known != end) {
        Entry again = std::move(*known);
        entries_.erase(known);
        ++again.count;
        again.updated_at = entry.updated_at;
        again.client = std::move(entry.client);
        entries_.push_front(std::move(again));
        return;
    }
    entry.id = next_id_++;
    entries_.push_front(std::move(entry));
    if (entries_.size() > max_entries) entries_.resize(max_entries);
}

}  // namespace server::access
