#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

#include "protocol/reply_writer.h"
#include "server/clients/session.h"
#include "server/execution/args.h"
#include "server/execution/invocation.h"
#include "store/keyspace.h"

namespace server {

struct Command;
class Server;

/// All that a command's handler may see: the request, its session, where the data is, and where the
/// reply goes. Valid only while the handler runs.
struct Call
{
    /// A constructor, since an aggregate of this size would first be filled with zeros.
    Call(Server& its_server, const Invocation& invocation, const Command& its_command,
         store::Keyspace& its_keys, Request arguments, const Wake& why)
        : server(its_server),
          session(invocation.session),
          command(its_command),
          name(invocation.request[0]),
          keys(its_keys),
          args(arguments),
          reply(invocation.reply),
          origin(invocation.origin),
          request(invocation.request),
          wake(why)
    {}

    Server& server;
    Session& session;
    const Command& command;
    std::string_view name;  ///< the command's first word as it was sent; some errors quote it
    store::Keyspace& keys;  ///< the session's database
    Args args;
    protocol::ReplyWriter& reply;
    Origin origin;
    Request request;  ///< the whole of it, name included
    const Wake& wake;

    /// Whether the handler of a blocking command should try this key now: all of them at first,
    /// then the one that was changed, and none once the time is over.
    bool may_try(std::string_view key) const
    {
        return wake.reason == Wake::Reason::FirstRun ||
               (wake.reason == Wake::Reason::KeyReady && key == wake.key);
    }

    /// Puts the session to sleep until one of the keys is changed and holds a value of this type
    /// (nothing: until the time is over); the request is then run again. No deadline: waits for
    /// ever. False if the request must not wait, or has waited long enough: then the handler
    /// sends its reply for a timeout. REQUIRES that the handler has changed and replied nothing.
    bool wait_for(std::span<const std::string_view> wanted, std::optional<store::Type> type,
                  std::optional<store::Deadline> deadline);

    /// What is logged of it instead of the request, if it changes anything: see Effects.
    void log_as(std::initializer_list<std::string_view> words);
    void log_as(std::span<const std::string_view> words);
    void log_keys();

    bool blocked = false;  ///< set by wait_for()
};

}  // namespace server
