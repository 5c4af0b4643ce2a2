#include "server/clients/monitors.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>

#include "protocol/reply_text.h"
#include "server/clients/message.h"
#include "server/clients/session.h"

namespace server {

bool Monitors::add(Session& session)
{
    if (session.is_monitor) return false;
    sessions_.push_back(&session);
    session.is_monitor = true;
    return true;
}

void Monitors::forget(Session& session)
{
    if (!session.is_monitor) return;
    std::erase(sessions_, &session);
    session.is_monitor = false;
}

void Monitors::show(store::TimePoint now, int database, std::string_view sender,
                    std::span<const std::string_view> words) const
{
    const auto time = now.time_since_epoch().count();
    std::string line =
        fmt::format("{}.{:06} [{} {}]", time / 1'000'000, time % 1'000'000, database, sender);
    for (const auto word : words) line += " " + protocol::quote(word);
    for (Session* const session : sessions_)
        send_message(*session, [&](protocol::ReplyWriter& writer) { writer.simple(line); });
}

}  // namespace server
