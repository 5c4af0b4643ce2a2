#include "server/clients/pause.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "server/clients/session.h"

namespace server {

void Pause::begin(Scope scope, store::Deadline ends_at)
{
    ends_at_ = active() ? std::max(ends_at_, ends_at) : ends_at;
    scope_ = std::max(scope_, scope);
}

void Pause::end() { scope_ = Scope::None; }

void Pause::hold(Session& session, Request request)
{
    held_.push_back({&session, {request.begin(), request.end()}});
    try {
        by_session_.emplace(&session, std::prev(held_.end()));
    } catch (...) {
        held_.pop_back();
        throw;
    }
    std::size_t bytes = sizeof(Held);
    for (const std::string& word : held_.back().request)
        bytes += sizeof(std::string) + word.capacity();
    session.waiting_bytes = bytes;
    session.blocked = true;
}

void Pause::forget(Session& session)
{
    const auto found = by_session_.find(&session);
    if (found != by_session_.end()) release(found->second);
}

Pause::Held Pause::take_first()
{
    Held first = std::move(held_.front());
    release(held_.begin());
    return first;
}

void Pause::release(List::iterator place)
{
    Session& session = *place->session;
    session.blocked = false;
    session.waiting_bytes = 0;
    by_session_.erase(&session);
    held_.erase(place);
}

}  // namespace server
