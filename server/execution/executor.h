#pragma once

#include <span>
#include <string_view>

#include "protocol/reply_writer.h"
#include "server/catalogue/command.h"
#include "server/catalogue/command_table.h"
#include "server/clients/session.h"

namespace server {

class Server;

/// The one way in: a connection, EXEC and a test all bring their requests here, so that nothing is
/// checked in one place and forgotten in another.
class Executor
{
public:
    explicit Executor(Server& server) : server_(server) {}

    /// Runs one request of a session and appends the reply to the session's output, unless CLIENT
    /// REPLY says not to. Never throws for what a client sends. REQUIRES at least one argument.
    void execute(Session& session, std::span<const std::string_view> request);

    /// Looks the request up, checks it, then runs it or, inside MULTI, puts it aside.
    void execute(Session& session, std::span<const std::string_view> request,
                 protocol::ReplyWriter& reply);

    /// Runs a request that was checked already. A command that fails changes nothing and leaves
    /// only its error in the reply.
    void run(Session& session, const Command& command, std::span<const std::string_view> request,
             protocol::ReplyWriter& reply);

private:
    CommandTable::Resolved resolve(std::span<const std::string_view> request);
    const Command& admit(const Session& session, std::span<const std::string_view> request);
    static void apply_reply_mode(Session& session, std::size_t reply_start);
    void refuse_to_start(Session& session, std::span<const std::string_view> request,
                         std::string_view error, protocol::ReplyWriter& reply);
    void refuse(std::string_view error, protocol::ReplyWriter& reply);

    Server& server_;

    /// The command that came last, by the very bytes that named it: pipelines repeat themselves.
    static constexpr std::size_t kLongestRemembered = 16;
    char last_name_[kLongestRemembered] = {};
    std::size_t last_name_size_ = 0;
    const Command* last_command_ = nullptr;
};

}  // namespace server
