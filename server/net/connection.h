#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "protocol/buffer.h"
#include "protocol/request_parser.h"
#include "server/clients/session.h"
#include "server/execution/prefetcher.h"
#include "server/net/asio.h"
#include "server/net/client_socket.h"
#include "server/net/connections.h"
#include "server/net/output_guard.h"
#include "server/net/output_queue.h"

namespace server::net {

/// One client's socket and session, served in turns: read what has come, execute the whole requests
/// in it, send all replies with one write. It keeps itself alive while it waits for anything.
///
/// A turn is bounded, so that a busy client cannot keep the others waiting. Replies that the socket
/// has no room for wait in blocks, and the client is served on, as Redis does: it may have to write
/// all its requests before it reads. What bounds them is client-output-buffer-limit, which holds
/// while a reply grows: the reply that goes beyond it is thrown away and ends the connection. A
/// client that has not given its password has Redis's limit of 1 KB (beyond the 16 KB that Redis
/// does not count).
///
/// Its turns and its sending go on side by side:
///
///          bytes came             requests left
///     None ---------> Running -------------------> Planned         None: it waits to read
///      ^              |  |  ^                         |
///      +--------------+  |  +-------------------------+
///      no whole request  | kill()
///      left              +-------> Doomed: closed at the end of the turn
///
///            flush()              socket full              too much waits
///     None -----------> Planned ------------> WaitsForRoom ------------> Ending: closed soon
///      ^                   |                       |
///      +-------------------+-----------------------+
///                     all was sent
///
/// The end of a turn sends without a plan: from None to WaitsForRoom if the socket is full. If
/// there is a log of changes, it goes to WaitsForLog first, and there are no more turns until what
/// was logged is in the file, or with `appendfsync always` on the disk.
///
/// A blocked session executes nothing and goes on waiting to read; resume() plans its turn. The end
/// comes at once (close, or the end of a turn that was doomed), or, with close_after_reply, once
/// all is sent.
class Connection final : public Peer, public std::enable_shared_from_this<Connection>
{
public:
    /// `address` is the client's, as in CLIENT LIST. The socket must be non-blocking.
    Connection(Connections& all, ClientSocket socket, std::string address, bool is_unix);
    ~Connection() override;

    void start() { wait_for_requests(); }
    void close();
    /// What was logged before the replies of the last turn is as safe as it has to be.
    void send_when_safe();
    /// Closes if the client was silent, or slow to read, for longer than the options allow.
    void check_patience();

    void flush() override;
    void resume() override;
    void kill() override;
    void evict() override;
    void put_aside() override;
    void append_shared(std::shared_ptr<const std::string> text) override;
    std::string remote_address() const override { return address_; }
    std::string local_address() const override;
    int descriptor() const override { return descriptor_; }
    std::size_t query_bytes() const override { return input_.size(); }
    std::size_t query_room() const override { return input_.available(); }
    std::size_t reply_bytes() const override { return unsent_.bytes() + session_.output.size(); }
    std::size_t reply_room() const override { return unsent_.room() + session_.output.capacity(); }
    std::size_t reply_blocks() const override { return unsent_.blocks(); }

private:
    void wait_for_requests();
    void take_turn_later();
    void read_requests();
    bool receive();
    bool receive_some(std::size_t missing, Error& error);
    Server& server() const { return *session_.server; }
    bool in_turn() const { return turn_ == Turn::Running || turn_ == Turn::Doomed; }
    void take_turn();
    bool execute_requests();
    bool execute_next(protocol::RequestBatch& batch);
    void execute(std::span<const std::string_view> request);
    void report_guesses();
    void refuse(std::string_view error);
    void run_out_of_memory();
    void go_on(bool requests_left);
    void send();
    void end_turn(bool requests_left);
    void send_once_safe();
    bool must_wait_for_log(bool requests_left);
    void wait_for_log(bool requests_left);
    bool may_send() const { return sending_ == Sending::None || sending_ == Sending::Planned; }
    std::string_view next_to_send() const;
    void drop_sent(std::size_t size);
    void wait_to_send();
    void hang_up(const Error& why);

    OutputLimit output_limit() const;
    void limit_output();
    std::size_t max_output() const;
    void count_memory();
    bool has_much_to_read() const;
    bool reads_too_slowly();
    void disconnect_slow_reader();
    void end_later();
    void borrow_memory();
    void return_memory();

    Connections& all_;
    ClientSocket socket_;
    const std::string address_;
    const int descriptor_;
    Session session_;
    protocol::Buffer input_;
    protocol::RequestParser parser_;
    Prefetcher prefetcher_;
    OutputQueue unsent_;
    OutputGuard guard_;
    store::TimePoint last_heard_;
    std::uint64_t reported_guesses_ = 0;

    enum class Turn { None, Planned, Running, Doomed };
    enum class Sending { None, Planned, WaitsForRoom, WaitsForLog, Ending };

    Turn turn_ = Turn::None;
    Sending sending_ = Sending::None;
    bool requests_left_ = false;    // of the turn whose replies wait for the log
    bool waiting_to_read_ = false;  // asio has been asked to; also while a blocked session resumes
};

}  // namespace server::net
