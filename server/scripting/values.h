#pragma once

#include <string_view>

#include "protocol/reply_writer.h"
#include "server/scripting/lua.h"

namespace server::scripting {

/// Pushes the reply that `reply` begins with, as redis.call() gives it to a script, and drops it
/// from there. REQUIRES a whole reply.
void push_reply(lua_State* lua, std::string_view& reply);

/// Pops the value on top of the stack and writes it as a reply. `script_version` is what the script
/// asked for with redis.setresp(): it decides what a boolean is. What is too deep is an error
/// in its place. False if the value is so long that no reply can hold it; then what was written
/// means nothing.
bool write_reply(lua_State* lua, protocol::ReplyWriter& reply, protocol::Version script_version);

}  // namespace server::scripting
