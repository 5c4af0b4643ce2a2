#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <restinio/websocket/impl/ws_parser.hpp>
#include <restinio/websocket/impl/ws_protocol_validator.hpp>
#include <string>
#include <string_view>
#include <unordered_set>

#include "server/gateway/http.h"
#include "server/net/asio.h"
#include "server/net/connections.h"

namespace server::gateway {

class WebSocketConnection;

/// All WebSockets that are open, what they share, and their patience.
class WebSockets
{
public:
    explicit WebSockets(net::Connections& connections) : connections_(connections) {}
    ~WebSockets() { detach_all(); }
    WebSockets(const WebSockets&) = delete;
    WebSockets& operator=(const WebSockets&) = delete;

    /// Serves a client: `greeting` is sent first.
    void welcome(net::Socket socket, std::string greeting,
                 std::unique_ptr<SocketListener> listener);

    /// Asks those that were silent for a sign of life, and ends those that give none. To be called
    /// once a second.
    void check_patience();

    void close_all();
    std::size_t size() const { return open_.size(); }

    // For the connections:
    void remove(WebSocketConnection& connection) { open_.erase(&connection); }
    /// The time; the server's clock was set to it.
    store::TimePoint observe_time();
    std::size_t max_message() const;
    std::span<char> scratch() { return scratch_; }

private:
    void detach_all();

    net::Connections& connections_;
    std::unordered_set<WebSocketConnection*> open_;
    /// Bytes are read into here: a silent socket needs no memory for reading.
    std::array<char, 16 * 1024> scratch_{};
};

/// One WebSocket. RESTinio's parser and validator read the frames (RFC 6455); what they cost is
/// bounded here. A frame that is announced longer than `http-max-body` ends the connection before
/// memory is taken for it. It keeps itself alive while it waits for anything.
///
///     Open --> Closing --> Gone
///          our close frame is sent, and the client's awaited for 5 s
class WebSocketConnection final : public WebSocket,
                                  public std::enable_shared_from_this<WebSocketConnection>
{
public:
    WebSocketConnection(WebSockets& all, net::Socket socket,
                        std::unique_ptr<SocketListener> listener);

    void start(std::string greeting);
    void check_patience(store::TimePoint now, std::chrono::seconds ping_after);
    /// The end, at once.
    void end();
    /// As end(), but without telling anybody: all of them are going away.
    void detach();

    void send(const Message& message) override;
    std::size_t unsent() const override { return unsent_bytes_; }
    void close(CloseCode code, std::string_view reason) override;

    static constexpr std::size_t kMaxUnsent = 4 * 1024 * 1024;

private:
    using Opcode = restinio::websocket::basic::opcode_t;
    enum class State { Open, Closing, Gone };

    /// A frame on its way: its header, and bytes that other sockets may share.
    struct Outgoing
    {
        std::string header;
        std::shared_ptr<const std::string> payload;
    };

    void wait_to_read();
    void read();
    void take(std::span<char> bytes);
    bool take_header(std::span<char>& bytes);
    void take_payload(std::span<char>& bytes);
    bool is_control() const;
    void begin_frame();
    void finish_frame();
    void deliver();
    void answer_close();
    void fail(CloseCode code, std::string_view reason);
    void end_soon();

    void queue(Opcode opcode, std::shared_ptr<const std::string> payload);
    void write_soon();
    void write();
    void wait_to_write();
    std::size_t fill(std::array<asio::const_buffer, 16>& buffers) const;
    void drop_sent(std::size_t size);

    WebSockets& all_;
    net::Socket socket_;
    std::unique_ptr<SocketListener> listener_;
    State state_ = State::Open;

    restinio::websocket::basic::impl::ws_parser_t parser_;
    restinio::websocket::basic::impl::ws_protocol_validator_t validator_{true};
    std::uint64_t left_in_frame_ = 0;
    std::string control_;  // the payload of a ping, a pong or a close frame
    std::string message_;
    bool message_is_text_ = true;

    std::deque<Outgoing> unsent_;
    std::size_t unsent_bytes_ = 0;
    std::size_t sent_of_first_ = 0;
    bool writing_ = false;  // planned, or the socket is full

    store::TimePoint last_heard_;
    store::TimePoint last_asked_;
};

}  // namespace server::gateway
