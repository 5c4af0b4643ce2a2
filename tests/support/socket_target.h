#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/reply_reader.h"
#include "tests/support/target.h"

namespace tests {

/// Where a server listens.
struct Address
{
    std::string host;
    std::uint16_t port = 0;
};

/// "127.0.0.1:6379" or "6379" (on this machine). Throws std::invalid_argument.
Address parse_address(std::string_view text);

/// A blocking connection to a server. Connects with its first request and gives up on a server
/// that is silent for ten seconds.
class SocketConnection : public Connection
{
public:
    explicit SocketConnection(Address address);
    ~SocketConnection() override;
    SocketConnection(const SocketConnection&) = delete;
    SocketConnection& operator=(const SocketConnection&) = delete;

    std::string execute(std::span<const std::string> arguments) override;
    std::optional<std::string> begin(std::span<const std::string> arguments) override;
    std::optional<std::string> reply_meanwhile() override;
    std::string client_id() override;

private:
    enum class Silence {
        None,     ///< every request is answered
        Next,     ///< after CLIENT REPLY SKIP
        Lasting,  ///< after CLIENT REPLY OFF
    };

    void connect();
    void close();
    void send_request(std::span<const std::string> arguments);
    void send(std::string_view bytes);
    /// Waits for more bytes. False if there were none within the time.
    bool receive(std::chrono::milliseconds patience);
    std::string receive_reply(std::chrono::milliseconds patience);
    /// A field of this client's line in CLIENT LIST, which a connection of its own asks for.
    std::string listed(std::string_view field);

    Address address_;
    int socket_ = -1;
    Silence silence_ = Silence::None;
    std::string input_;
    protocol::ReplyReader reader_;
    std::unique_ptr<SocketConnection> observer_;
};

/// A server that somebody else has started.
class SocketTarget : public Target
{
public:
    explicit SocketTarget(Address address) : address_(std::move(address)) {}

    std::unique_ptr<Connection> connect() override;

    /// Nobody can move a foreign server's clock; instead every deadline, in all databases, is moved
    /// back through a connection of its own, which comes to the same for all but absolute times.
    void advance(std::chrono::milliseconds by) override;

private:
    Address address_;
};

/// The request as a RESP array of bulk strings.
std::string encode_request(std::span<const std::string> arguments);

}  // namespace tests
