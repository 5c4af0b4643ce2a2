#pragma once

#include "protocol/reply_writer.h"
#include "server/catalogue/command_table.h"

namespace server {

/// A command as COMMAND and COMMAND INFO describe it: an array of ten, subcommands included.
void reply_command_info(protocol::ReplyWriter& reply, const CommandTable& table,
                        const Command& command);

/// A command's name and its documentation, a key and a value of COMMAND DOCS's map.
void reply_command_docs(protocol::ReplyWriter& reply, const CommandTable& table,
                        const Command& command);

/// The subcommands of a container, in the order of their rows.
std::vector<const Command*> subcommands(const CommandTable& table, const Command& container);

}  // namespace server
