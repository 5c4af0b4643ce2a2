#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/gateway/gateway.h"
#include "server/gateway/http.h"
#include "store/clock.h"

namespace server::gateway {

/// The server's own gateway, and one for each workspace that a request names in its header
/// Dabba-Workspace: made on first use, gone with its workspace, or a minute after the last request
/// if nobody else is in there.
class Gateways final : public RequestHandler
{
public:
    /// The server must outlive it.
    Gateways(Server& home, Surroundings surroundings);

    void handle(const Request& request, std::shared_ptr<Exchange> exchange) override;

    /// See Gateway.
    void go_on();
    void shut_down();

    Gateway& home() { return home_; }
    std::size_t workspaces() const { return by_name_.size(); }

private:
    struct InWorkspace
    {
        std::unique_ptr<Gateway> gateway;
        store::TimePoint last_used;  ///< by the wall clock
    };
    using ByName = std::map<std::string, InWorkspace, std::less<>>;

    Gateway& gateway_of(std::string_view workspace);
    bool is_over(const std::string& name, const Gateway& gateway) const;
    bool is_forgotten(const InWorkspace& place) const;
    ByName::iterator end(ByName::iterator place);

    const Surroundings surroundings_;
    Gateway home_;
    ByName by_name_;
    std::vector<std::unique_ptr<Gateway>> ended_;  ///< until the last WebSocket has left
};

}  // namespace server::gateway
