#pragma once

#include <new>

#include "server/clients/session.h"

namespace server {

/// Sends a message that is no reply to a session: `write(protocol::ReplyWriter&)`. While the
/// session runs a request, it waits for that one's reply. If there is no memory for it, nothing is
/// thrown: the session's connection ends.
template <class Write>
void send_message(Session& session, Write&& write)
{
    // A reply that is being written must not be cut in two.
    protocol::Buffer& output = session.running ? session.pushes : session.output;
    if (output.overflowed()) return;  // its connection ends as soon as this command has
    try {
        protocol::ReplyWriter writer{output, session.protocol};
        write(writer);
    } catch (const std::bad_alloc&) {
        // Half a message is worse than none. Its connection ends; the sender has done no wrong.
        output.overflow();
    }
    if (!session.running && session.peer != nullptr) session.peer->flush();
}

}  // namespace server
