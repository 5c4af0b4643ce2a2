#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "server/access/denial.h"
#include "server/execution/invocation.h"

namespace server {

namespace access {
class User;
}

struct Call;
struct Command;
class Server;

/// Throws the CommandError of a request that its session's user may not make, having noted it in
/// ACL LOG. REQUIRES: the user may not do everything.
void require_permission(Server& server, const Invocation& invocation, const Command& command);

/// What keeps a user from making a request of this session; nothing: they may.
std::optional<access::Denial> judge(Server& server, const access::User& user,
                                    const Invocation& invocation, const Command& command);

/// Whether the session's user may read every key there is, for a command that looks up what it
/// finds in values.
bool may_read_all_keys(const Call& call);

}  // namespace server
