#pragma once

#include <cstddef>
#include <string_view>

#include "server/execution/invocation.h"

/// What a test sees of the requests, and lets pass: see Server::is_observed.
namespace server {

struct Call;
struct Command;
class Server;

/// Throws CommandError if the Redis that option `strict` names does not know such a request.
/// Likewise if the server that option `speak-as` names takes no request that long.
void require_known(const Server& server, const Command& command, Request request);

/// Lets a command that runs read and reply as the server that option `speak-as` names. Throws
/// CommandError if that does not know an option of it.
void speak(Call& call);

/// Records a request that ran, or waits; its reply is what was written since `reply_start`.
void note_call(Server& server, const Invocation& invocation, const Command& command,
               const Wake& wake, std::size_t reply_start);

/// Records a request that was not even tried; `command` is nullptr if there is none such.
void note_refusal(Server& server, const Invocation& invocation, const Command* command,
                  std::string_view error);

}  // namespace server
