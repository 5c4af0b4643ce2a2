#include "server/execution/call.h"

#include "server/server.h"

namespace server {

void Call::log_as(std::initializer_list<std::string_view> words) { server.effects.log_as(words); }

void Call::log_as(std::span<const std::string_view> words) { server.effects.log_as(words); }

void Call::log_keys() { server.effects.log_keys(); }

bool Call::wait_for(std::span<const std::string_view> wanted, std::optional<store::Type> type,
                    std::optional<store::Deadline> deadline)
{
    if (origin != Origin::Client || wake.reason == Wake::Reason::GiveUp) return false;
    blocked = true;
    // Woken too early, it keeps its place in the queue and its deadline.
    if (wake.reason == Wake::Reason::KeyReady) return true;
    server.blocked.block(session, {.request = {request.begin(), request.end()},
                                   .command = &command,
                                   .database = keys.index(),
                                   .keys = {wanted.begin(), wanted.end()},
                                   .type = type});
    if (deadline) server.executor.give_up_at(session, *deadline);
    return true;
}

}  // namespace server
