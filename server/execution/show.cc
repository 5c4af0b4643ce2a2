#include "server/execution/show.h"

#include <fmt/format.h>

#include "server/clients/client_line.h"
#include "server/insight/redaction.h"
#include "server/server.h"

namespace server {

void show_to_monitors(const Server& server, const Session& session, Origin origin,
                      const Command& command, Request request)
{
    if (command.has(kAdmin)) return;
    std::string sender = "lua";
    if (origin != Origin::Script) {
        sender = session.unix_socket ? fmt::format("unix:{}", server.options.unix_socket)
                                     : remote_address(session);
    }
    server.monitors.show(server.clock.now(), session.database, sender, redacted(command, request));
}

}  // namespace server
