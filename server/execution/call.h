#pragma once

#include "protocol/reply_writer.h"
#include "server/clients/session.h"
#include "server/execution/args.h"
#include "store/keyspace.h"

namespace server {

struct Command;
class Server;

/// All that a command's handler may see: what was asked, by whom, where the data is, and where the
/// reply goes. Valid only while the handler runs.
struct Call
{
    Server& server;
    Session& session;
    const Command& command;
    std::string_view name;  ///< the command's first word as it was sent; some errors quote it
    store::Keyspace& keys;  ///< the session's database
    Args args;
    protocol::ReplyWriter& reply;
};

}  // namespace server
