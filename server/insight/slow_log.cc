#include "server/insight/slow_log.h"

#include <fmt/format.h>

#include <string_view>

#include "server/clients/session.h"
#include "server/insight/redaction.h"

namespace server {

namespace {

std::string shortened(std::string_view word)
{
    constexpr std::size_t kMaxBytes = 128;
    if (word.size() <= kMaxBytes) return std::string{word};
    return fmt::format("{}... ({} more bytes)", word.substr(0, kMaxBytes), word.size() - kMaxBytes);
}

std::vector<std::string> shortened(const std::vector<std::string_view>& words)
{
    constexpr std::size_t kMaxWords = 32;
    const std::size_t kept = words.size() <= kMaxWords ? words.size() : kMaxWords - 1;
    std::vector<std::string> result;
    for (std::size_t i = 0; i < kept; ++i) result.push_back(shortened(words[i]));
    if (kept < words.size())
        result.push_back(fmt::format("... ({} more arguments)", words.size() - kept));
    return result;
}

}  // namespace

void SlowLog::add(const Command& command, Request request, const Session& client,
                  store::TimePoint now, std::chrono::nanoseconds took, std::size_t max_entries)
{
    if (max_entries == 0) return;
    entries_.push_front(
        {.id = next_id_,
         .at = now,
         .took = std::chrono::duration_cast<std::chrono::microseconds>(took),
         .words = shortened(redacted(command, request)),
         .client_address = client.peer == nullptr ? std::string{} : client.peer->remote_address(),
         .client_name = client.name});
    ++next_id_;
    while (entries_.size() > max_entries) entries_.pop_back();
}

}  // namespace server
