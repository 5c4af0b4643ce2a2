#include "server/net/connection.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>
#include <utility>

#include "ascii/case.h"
#include "protocol/protocol_error.h"
#include "protocol/reply_writer.h"
#include "server/net/address.h"
#include "server/persistence/persistence.h"
#include "server/workspaces/workspaces.h"

namespace server::net {
namespace {

// The room for one read: whole batches of a pipeline, and long enough to make large values cheap.
constexpr std::size_t kReadRoom = 64 * 1024;
constexpr std::size_t kMaxReadBytes = 1024 * 1024;
constexpr std::size_t kMaxBytesInSend = 1024 * 1024;

// A turn's bounds: the time that others may have to wait, and replies worth a write.
constexpr std::chrono::milliseconds kMaxTimeInTurn{1};
constexpr std::size_t kMaxReplyBytesInTurn = 256 * 1024;
constexpr std::size_t kMaxReplyBytesBeforePassword = 8 * 1024;

// Looking at the clock costs a tenth of a request: not after each.
constexpr int kRequestsBetweenLooks = 16;

// The beginning of a request that is worth copying to give the room for reading back.
constexpr std::size_t kSmallRest = kReadRoom / 4;

// Memory that is kept for the next turn; more goes back to the system.
constexpr std::size_t kKeptRoom = 256 * 1024;

// Replies that wait are put aside in blocks of at least this size: they are never moved again.
constexpr std::size_t kBlockBytes = 64 * 1024;

// A web page may make a browser talk to us: HTTP's lines would be refused one by one, and those
// of its body executed. Redis hangs up at the first sign of HTTP, and so do we.
bool is_http(std::string_view command)
{
    return ascii::equal_ignoring_case(command, "post") ||
           ascii::equal_ignoring_case(command, "host:");
}

void give_back(protocol::Buffer& memory, protocol::Buffer& spare)
{
    if (spare.capacity() == 0 && memory.capacity() <= kKeptRoom) {
        memory.swap(spare);
    } else {
        memory.release();
    }
}

}  // namespace

Connection::Connection(Connections& all, ClientSocket socket, std::string address, bool is_unix)
    : all_(all),
      socket_(std::move(socket)),
      address_(std::move(address)),
      descriptor_(socket_.descriptor()),
      last_heard_(all.server.clock.now())
{
    session_.peer = this;
    session_.unix_socket = is_unix;
    all_.server.open(session_);
    all_.add(session_.id, *this);
}

Connection::~Connection() { close(); }

// Asio would try to read at once if it were asked to read; asked to wait, it does not, and that
// saves a fruitless system call a request. No buffer is needed while waiting, either.
void Connection::wait_for_requests()
{
    if (waiting_to_read_) return;  // a blocked session goes on while it waits
    waiting_to_read_ = true;
    socket_.wait_to_read([self = shared_from_this()](const Error& error) {
        self->waiting_to_read_ = false;
        if (!error && self->socket_.is_open()) self->read_requests();
    });
}

void Connection::take_turn_later()
{
    if (turn_ == Turn::Planned) return;
    asio::post(socket_.executor(), [self = shared_from_this()] {
        if (self->turn_ == Turn::Planned && self->socket_.is_open()) self->take_turn();
    });
    turn_ = Turn::Planned;  // now that there was memory to plan it
}

void Connection::read_requests()
{
    if (sending_ == Sending::Ending) return;
    borrow_memory();
    if (receive()) {
        take_turn();
    } else if (socket_.is_open() && !session_.close_after_reply) {
        return_memory();
        wait_for_requests();
    }
}

// False if nothing has come, or nothing will ever come.
bool Connection::receive()
{
    const std::size_t before = input_.size();
    std::size_t missing = parser_.missing(before);
    bool is_full = false;  // the room: there may be more
    do {
        Error error;
        try {
            is_full = receive_some(missing, error);
        } catch (const std::bad_alloc&) {
            run_out_of_memory();
            return false;
        }
        if (error == asio::error::would_block || error == asio::error::interrupted) break;
        if (error) {
            hang_up(error);
            return false;
        }
        missing = parser_.missing(input_.size());
    } while (is_full && missing > 0 && input_.size() - before < kMaxReadBytes);
    if (input_.size() == before) return false;

    last_heard_ = all_.server.clock.now();
    ++server().stats.reads;
    server().stats.input_bytes += input_.size() - before;
    const auto limit = static_cast<std::size_t>(server().options.client_query_buffer_limit);
    if (input_.size() > limit) {
        all_.log.warning("Disconnected {}: its request is longer than client-query-buffer-limit",
                         address_);
        ++server().stats.query_limit_disconnections;
        close();
        return false;
    }
    return true;
}

// Reads once. False if it was less than there was room for.
bool Connection::receive_some(std::size_t missing, Error& error)
{
    char* const room = missing == 0 ? input_.prepare(kReadRoom)
                                    : input_.prepare(std::min(missing, kReadRoom), missing);
    const std::size_t max = std::min(input_.available(), kMaxReadBytes);
    const std::size_t size = socket_.read_some(room, max, error);
    input_.commit(size);
    return size == max;
}

// The client will send no more; it may still want its replies, but not wait for what may never
// come.
void Connection::hang_up(const Error& why)
{
    if (why != asio::error::eof) all_.log.verbose("Lost {}: {}", address_, why.message());
    if (session_.blocked) return close();
    session_.close_after_reply = true;
    if (may_send()) send();
}

void Connection::take_turn()
{
    if (sending_ == Sending::Ending) return;
    if (sending_ == Sending::WaitsForLog) {  // it comes after that
        turn_ = Turn::None;
        requests_left_ = true;
        return;
    }
    all_.observe_time(server());
    server().executor.begin_turn();
    borrow_memory();
    limit_output();
    turn_ = Turn::Running;
    bool requests_left = false;
    try {
        requests_left = execute_requests();
    } catch (const protocol::ProtocolError& error) {
        refuse(error.what());
    } catch (const std::bad_alloc&) {
        run_out_of_memory();
    } catch (const std::length_error&) {
        run_out_of_memory();
    }
    const bool doomed = std::exchange(turn_, Turn::None) == Turn::Doomed;
    report_guesses();
    if (doomed) return close();
    limit_output();  // the client may have become a subscriber, or given its password
    if (!must_wait_for_log(requests_left)) [[likely]]
        end_turn(requests_left);
}

/// True if the turn ended before the input did.
bool Connection::execute_requests()
{
    const auto& output = session_.output;
    const std::size_t most_output =
        output.size() +
        (session_.authenticated ? kMaxReplyBytesInTurn : kMaxReplyBytesBeforePassword);
    const store::TimePoint began = all_.server.timekeeper.wall();
    Connections::Batch batch{all_};
    int requests = 0;
    while (!session_.blocked) {
        if (session_.next_workspace != nullptr) [[unlikely]]
            all_.change_workspace(session_);
        if (turn_ == Turn::Doomed || session_.ended_by_fault) return false;
        if (!execute_next(*batch)) return false;
        if (session_.close_after_reply || turn_ == Turn::Doomed) return false;
        if (output.size() > most_output) break;
        if (++requests % kRequestsBetweenLooks == 0) {
            all_.observe_time(server());
            if (all_.server.timekeeper.wall() - began > kMaxTimeInTurn) break;
        }
    }
    return !session_.blocked && !input_.empty();
}

/// Most requests come in a form that is cut many at a time; the parser knows all forms. False if
/// there is no whole request.
bool Connection::execute_next(protocol::RequestBatch& batch)
{
    if (batch.empty() && parser_.is_between_requests()) {
        batch.cut(input_.view());
        prefetcher_.look_at(server().databases[session_.database], batch);
    }
    if (!batch.empty()) [[likely]] {
        execute(batch.front());
        input_.consume(batch.front_size());
        batch.pop();
        return true;
    }
    parser_.limits().authenticated = session_.authenticated;
    parser_.limits().max_bulk_bytes = server().options.proto_max_bulk_len;
    if (!parser_.next(input_.view())) return false;
    if (!parser_.arguments().empty()) execute(parser_.arguments());
    input_.consume(parser_.size());
    return true;
}

void Connection::execute(std::span<const std::string_view> request)
{
    protocol::ReplyWriter reply{session_.output, session_.protocol};
    const Outcome outcome = server().executor.execute({session_, Origin::Client, request, reply});
    if (outcome == Outcome::Refused && is_http(request[0])) {
        all_.log_attack(address_);
        return kill();  // and it never sees the error
    }
    if (has_much_to_read() && reads_too_slowly()) {
        disconnect_slow_reader();
    } else if (server().shutdown_requested) {
        session_.close_after_reply = true;
    }
}

void Connection::report_guesses()
{
    const std::uint64_t guesses = session_.wrong_passwords;
    if (guesses > reported_guesses_) all_.guesses.add(address_, guesses - reported_guesses_);
    reported_guesses_ = guesses;
}

void Connection::refuse(std::string_view error)
{
    all_.log.verbose("{} broke the protocol: {}", address_, error);
    const std::string line = fmt::format("ERR {}", error);
    server().stats.count_error(line);
    protocol::ReplyWriter{session_.output, session_.protocol}.error(line);
    session_.close_after_reply = true;
}

// A buffer had to grow and could not. The others go on: what this client holds is given back.
void Connection::run_out_of_memory()
{
    all_.log.warning("Disconnected {}: no memory for its requests and replies ({} and {} bytes)",
                     address_, input_.size(), reply_bytes());
    kill();
}

// What comes after a turn: another turn, or waiting for the client.
void Connection::go_on(bool requests_left)
{
    return_memory();
    if (session_.close_after_reply) return;
    if (requests_left) {
        take_turn_later();
    } else {
        wait_for_requests();
    }
}

// The socket almost always takes all at once; if not, the rest waits until it does. A client that
// reads as fast as we write must not keep the others waiting, either.
void Connection::send()
{
    if (!may_send()) return put_aside();
    std::size_t left = kMaxBytesInSend;
    for (auto bytes = next_to_send(); !bytes.empty(); bytes = next_to_send()) {
        Error error;
        const std::size_t sent = socket_.write_some(bytes.substr(0, left), error);
        if (error == asio::error::would_block) return wait_to_send();
        if (error && error != asio::error::interrupted) return close();
        ++server().stats.writes;
        server().stats.output_bytes += sent;
        drop_sent(sent);
        left -= sent;
        if (left == 0) return wait_to_send();
    }
    guard_.everything_was_read();
    return_memory();
    if (session_.close_after_reply) close();
}

std::string_view Connection::next_to_send() const
{
    return unsent_.empty() ? session_.output.view() : unsent_.front();
}

void Connection::drop_sent(std::size_t size)
{
    if (unsent_.empty()) {
        session_.output.consume(size);
    } else {
        unsent_.consume(size);
    }
}

void Connection::wait_to_send()
{
    put_aside();
    sending_ = Sending::WaitsForRoom;
    socket_.wait_to_write([self = shared_from_this()](const Error& error) {
        if (self->sending_ == Sending::WaitsForRoom) self->sending_ = Sending::None;
        if (error || !self->socket_.is_open()) return;
        self->send();
        self->limit_output();
        self->count_memory();
    });
}

void Connection::put_aside()
{
    if (session_.output.size() < kBlockBytes || session_.output.overflowed()) return;
    unsent_.take(session_.output);
    limit_output();
}

void Connection::append_shared(std::shared_ptr<const std::string> text)
{
    protocol::Buffer& output = session_.output;
    if (output.overflowed()) return;
    const std::size_t most = max_output();
    if (reply_bytes() > most || text->size() > most - reply_bytes()) return output.overflow();
    if (!output.empty()) unsent_.take(output);
    unsent_.take(std::move(text));
    limit_output();
}

void Connection::flush()
{
    // A turn ends with sending, and a full socket will say when there is room.
    if (in_turn() || !socket_.is_open()) return;
    // Message upon message in blocks of their own: one buffer that grows would be moved each time.
    if (sending_ == Sending::Planned || sending_ == Sending::WaitsForRoom) {
        put_aside();
        if (reads_too_slowly()) end_later();
    }
    count_memory();
    if (sending_ != Sending::None) return;
    asio::post(socket_.executor(), [self = shared_from_this()] {
        if (self->sending_ != Sending::Planned || !self->socket_.is_open()) return;
        self->sending_ = Sending::None;
        if (self->reads_too_slowly()) {
            self->disconnect_slow_reader();
        } else {
            self->send_once_safe();
        }
    });
    sending_ = Sending::Planned;  // now that there was memory to plan it
}

// The caller of flush() may be in the middle of a message to all clients.
void Connection::end_later()
{
    if (sending_ == Sending::Ending) return;
    asio::post(socket_.executor(), [self = shared_from_this()] {
        if (self->socket_.is_open()) self->disconnect_slow_reader();
    });
    sending_ = Sending::Ending;
}

void Connection::evict()
{
    unsent_.clear();
    for (protocol::Buffer* waiting : {&session_.output, &session_.pushes}) {
        waiting->overflow();
        waiting->release();
    }
    if (in_turn()) {
        turn_ = Turn::Doomed;
    } else {
        end_later();
    }
}

// A turn of its own, unless one is running: the one that is blocked ends anyway.
void Connection::resume()
{
    if (socket_.is_open() && !in_turn()) take_turn_later();
}

void Connection::kill()
{
    if (in_turn()) {
        turn_ = Turn::Doomed;
    } else {
        close();
    }
}

void Connection::close()
{
    if (!socket_.is_open()) return;
    all_.log.verbose("Closed {}", address_);
    all_.server.workspaces.close(session_);
    all_.remove(session_.id);
    socket_.close();
}

void Connection::check_patience()
{
    const Options& options = server().options;
    const std::chrono::seconds patience{options.timeout_seconds};
    const auto silence = all_.server.clock.now() - last_heard_;
    const bool may_be_silent = session_.client_class == ClientClass::Pubsub || session_.blocked;
    if (patience.count() != 0 && !may_be_silent && silence > patience) {
        all_.log.verbose("Disconnected {}: silent for {} s", address_, options.timeout_seconds);
        return close();
    }
    if (reads_too_slowly()) disconnect_slow_reader();
}

void Connection::borrow_memory()
{
    if (input_.capacity() == 0) input_.swap(all_.spare_input);
    if (session_.output.capacity() == 0) session_.output.swap(all_.spare_output);
}

// Memory that is empty goes back to be lent to the next. The beginning of a request that is left
// gets memory of its own size: many slow clients must not hold much.
void Connection::return_memory()
{
    if (!input_.empty() && input_.size() <= kSmallRest && input_.capacity() >= kReadRoom) {
        protocol::Buffer rest;
        rest.append(input_.view());
        rest.swap(input_);
        rest.clear();
        give_back(rest, all_.spare_input);
    }
    if (input_.empty()) give_back(input_, all_.spare_input);
    parser_.release();
    if (session_.output.empty()) give_back(session_.output, all_.spare_output);
}

std::string Connection::local_address() const
{
    Error gone;
    const Endpoint local = socket_.socket().local_endpoint(gone);
    return gone ? std::string{} : to_text(local);
}

}  // namespace server::net
