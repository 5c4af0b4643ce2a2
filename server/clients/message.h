#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>

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

/// A text that is part of messages to many sessions. If it is long, one copy serves all of them.
class SharedText
{
public:
    explicit SharedText(std::string_view text) : text_(text) {}

    /// Writes it as a string of the message that `writer` writes to `session`.
    void write(protocol::ReplyWriter& writer, Session& session)
    {
        if (text_.size() < kMinSharedBytes || session.running || session.peer == nullptr) {
            return writer.bulk(text_);
        }
        if (copy_ == nullptr) copy_ = std::make_shared<const std::string>(text_);
        writer.begin_bulk(text_.size());
        session.peer->append_shared(copy_);
        writer.end_bulk();
    }

private:
    // Sending it apart from what stands around it costs two more writes to the socket.
    static constexpr std::size_t kMinSharedBytes = 64 * 1024;

    std::string_view text_;
    std::shared_ptr<const std::string> copy_;
};

}  // namespace server
