#include "server/gateway/gateways.h"

#include <chrono>
#include <new>
#include <optional>
#include <utility>

#include "server/execution/command_error.h"
#include "server/gateway/problem.h"
#include "server/workspaces/workspaces.h"

namespace server::gateway {

namespace {

/// How long a workspace in which there are only requests over HTTP waits for the next one.
constexpr std::chrono::minutes kPatience{1};

}  // namespace

Gateways::Gateways(Server& home, Surroundings surroundings)
    : surroundings_(std::move(surroundings)), home_(home, surroundings_)
{}

// Who is refused at home does not get further.
void Gateways::handle(const Request& request, std::shared_ptr<Exchange> exchange)
{
    const bool stays_at_home = request.workspace.empty() || home_.gate.refusal_of_source(request) ||
                               home_.gate.credentials_of(request) != Gate::Credentials::Right;
    if (stays_at_home) return home_.handle(request, std::move(exchange));
    try {
        gateway_of(request.workspace).handle(request, exchange);
    } catch (const CommandError& error) {
        exchange->respond(to_response(Problem{ProblemType::BadRequest, std::string{error.line()}}));
    } catch (const std::bad_alloc&) {
        exchange->respond(to_response(Problem{ProblemType::OutOfMemory, "No memory is left."}));
    }
}

Gateway& Gateways::gateway_of(std::string_view workspace)
{
    const store::TimePoint now = home_.server.timekeeper.wall();
    auto place = by_name_.find(workspace);
    if (place != by_name_.end() && is_over(place->first, *place->second.gateway)) {
        end(place);
        place = by_name_.end();
    }
    if (place == by_name_.end()) {
        Server& server = home_.server.workspaces.enter(workspace);
        auto gateway = std::make_unique<Gateway>(server, surroundings_);
        place = by_name_.emplace(workspace, InWorkspace{std::move(gateway), now}).first;
    }
    place->second.last_used = now;
    return *place->second.gateway;
}

void Gateways::go_on()
{
    home_.go_on();
    for (auto place = by_name_.begin(); place != by_name_.end();) {
        const bool ends =
            is_over(place->first, *place->second.gateway) || is_forgotten(place->second);
        if (!ends) place->second.gateway->go_on();
        place = ends ? end(place) : std::next(place);
    }
    std::erase_if(ended_, [](const auto& gateway) { return !gateway->has_web_sockets(); });
}

void Gateways::shut_down()
{
    home_.shut_down();
    for (auto& [name, place] : by_name_) place.gateway->shut_down();
}

/// Its workspace was dropped, and there may be a new one of this name.
bool Gateways::is_over(const std::string& name, const Gateway& gateway) const
{
    return home_.server.workspaces.find(name) != &gateway.server;
}

bool Gateways::is_forgotten(const InWorkspace& place) const
{
    constexpr std::size_t kItsOwn = 1;
    return home_.server.timekeeper.wall() > place.last_used + kPatience &&
           place.gateway->server.sessions.size() == kItsOwn && !place.gateway->is_busy();
}

Gateways::ByName::iterator Gateways::end(ByName::iterator place)
{
    place->second.gateway->shut_down();
    ended_.push_back(std::move(place->second.gateway));
    return by_name_.erase(place);
}

}  // namespace server::gateway
