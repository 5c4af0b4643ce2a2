#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

namespace tests {

/// The other side broke the connection or never answered: a failure of the run, not of a reply.
class TargetError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// One client's connection.
class Connection
{
public:
    virtual ~Connection() = default;

    /// Sends one request and gives the raw bytes of its reply; empty where the server says nothing
    /// (CLIENT REPLY OFF). After QUIT, or when the server closed the connection, the next request
    /// opens a fresh one, as redis-cli does. Throws TargetError.
    virtual std::string execute(std::span<const std::string> arguments) = 0;

    /// As execute(), but nothing if the server lets the client wait (BLPOP of an empty list).
    /// Nothing else may then be asked of the connection until reply_meanwhile() has the reply.
    virtual std::optional<std::string> begin(std::span<const std::string> arguments) = 0;

    /// The reply to the request that waits, if there is one by now: all that other connections
    /// have had answered before is taken into account.
    virtual std::optional<std::string> reply_meanwhile() = 0;

    /// The server's number for this client; empty if it is not connected.
    virtual std::string client_id() = 0;
};

/// Something that speaks Redis: a server behind a socket, or Dabba inside this process. The same
/// requests go to several of them and their replies are compared.
class Target
{
public:
    virtual ~Target() = default;

    /// A new client. The target outlives its connections.
    virtual std::unique_ptr<Connection> connect() = 0;

    /// Makes all keys older: after it, whatever had less time than this to live is gone.
    virtual void advance(std::chrono::milliseconds by) = 0;
};

}  // namespace tests
