#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "protocol/reply_writer.h"

namespace server {

struct Session;

/// A command's name and its arguments, as views into somebody else's buffer.
using Request = std::span<const std::string_view>;

/// Where a request comes from: which checks hold for it, and whether it may wait.
enum class Origin : std::uint8_t {
    Client,       ///< a connection
    Transaction,  ///< EXEC, which runs what was admitted when it was queued
    Script,       ///< redis.call() in a running script
    Replay,       ///< a log that is read back
    Gateway,      ///< another protocol than RESP
};

/// What became of a request.
enum class Outcome : std::uint8_t {
    Replied,
    Refused,  ///< the reply is an error
    Blocked,  ///< no reply yet: the session waits, and the request will be run again
};

/// One request on its way through the executor. REQUIRES at least one word.
struct Invocation
{
    Session& session;
    Origin origin;
    Request request;
    protocol::ReplyWriter& reply;
};

/// Why a request that waited is run again.
struct Wake
{
    enum class Reason : std::uint8_t {
        FirstRun,  ///< it is not: this is its first run
        KeyReady,  ///< `key` was changed
        GiveUp,    ///< its time is over, or CLIENT UNBLOCK said so
    };

    Reason reason = Reason::FirstRun;
    std::string_view key = {};
};

inline constexpr Wake kFirstRun{};

}  // namespace server
