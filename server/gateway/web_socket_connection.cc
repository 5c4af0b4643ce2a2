#include "server/gateway/web_socket_connection.h"

#include <algorithm>
#include <utility>

namespace server::gateway {
namespace {

namespace ws = restinio::websocket::basic;

constexpr std::chrono::seconds kTimeToSayGoodbye{5};

// A close frame holds the code and at most 123 bytes of text.
constexpr std::size_t kMaxReason = 123;

std::string close_payload(CloseCode code, std::string_view reason)
{
    const auto number = static_cast<unsigned>(code);
    std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
    return payload.append(reason.substr(0, kMaxReason));
}

}  // namespace

void WebSockets::welcome(net::Socket socket, std::string greeting,
                         std::unique_ptr<SocketListener> listener)
{
    auto connection =
        std::make_shared<WebSocketConnection>(*this, std::move(socket), std::move(listener));
    open_.insert(connection.get());
    connection->start(std::move(greeting));
}

store::TimePoint WebSockets::observe_time()
{
    connections_.observe_time();
    return connections_.server.clock.now();
}

std::size_t WebSockets::max_message() const
{
    return static_cast<std::size_t>(connections_.server.options.http_max_body);
}

// One that ends leaves the list.
void WebSockets::check_patience()
{
    const auto now = observe_time();
    const std::chrono::seconds ping_after{connections_.server.options.http_ping_seconds};
    const std::vector<WebSocketConnection*> all{open_.begin(), open_.end()};
    for (WebSocketConnection* connection : all)
        if (open_.contains(connection)) connection->check_patience(now, ping_after);
}

void WebSockets::close_all()
{
    const std::vector<WebSocketConnection*> all{open_.begin(), open_.end()};
    for (WebSocketConnection* connection : all)
        connection->close(CloseCode::GoingAway, "the server is shutting down");
}

void WebSockets::detach_all()
{
    while (!open_.empty()) (*open_.begin())->detach();
}

WebSocketConnection::WebSocketConnection(WebSockets& all, net::Socket socket,
                                         std::unique_ptr<SocketListener> listener)
    : all_(all),
      socket_(std::move(socket)),
      listener_(std::move(listener)),
      last_heard_(all.observe_time()),
      last_asked_(last_heard_)
{}

void WebSocketConnection::start(std::string greeting)
{
    unsent_bytes_ += greeting.size();
    unsent_.push_back({std::move(greeting), nullptr});
    write_soon();
    wait_to_read();
    listener_->opened(*this);
}

// Asked to wait, Asio needs no buffer meanwhile: ten thousand silent sockets hold none.
void WebSocketConnection::wait_to_read()
{
    socket_.async_wait(net::Socket::wait_read,
                       [self = shared_from_this()](const net::Error& error) {
                           if (!error && self->state_ != State::Gone) self->read();
                       });
}

void WebSocketConnection::read()
{
    net::Error error;
    const std::span<char> scratch = all_.scratch();
    const std::size_t size = socket_.read_some(asio::buffer(scratch.data(), scratch.size()), error);
    if (error && error != asio::error::would_block && error != asio::error::interrupted)
        return end();
    if (!error) {
        last_heard_ = all_.observe_time();
        take(scratch.first(size));
        if (state_ == State::Open) listener_->burst_ended();
    }
    if (state_ != State::Gone) wait_to_read();
}

void WebSocketConnection::take(std::span<char> bytes)
{
    while (!bytes.empty() && state_ != State::Gone) {
        if (parser_.header_parsed()) {
            take_payload(bytes);
        } else if (take_header(bytes)) {
            begin_frame();
        }
    }
}

bool WebSocketConnection::take_header(std::span<char>& bytes)
{
    bytes = bytes.subspan(parser_.parser_execute(bytes.data(), bytes.size()));
    return parser_.header_parsed();
}

bool WebSocketConnection::is_control() const
{
    return ws::impl::is_control_frame(parser_.current_message().m_opcode);
}

void WebSocketConnection::begin_frame()
{
    const auto& frame = parser_.current_message();
    if (validator_.process_new_frame(frame) != ws::impl::validation_state_t::frame_header_is_valid)
        return fail(CloseCode::ProtocolError, "this is no frame of a client");
    left_in_frame_ = frame.payload_len();
    if (!is_control() && left_in_frame_ > all_.max_message() - message_.size())
        return fail(CloseCode::TooBig, "the message is longer than http-max-body");
    if (frame.m_opcode != Opcode::continuation_frame && !is_control())
        message_is_text_ = frame.m_opcode == Opcode::text_frame;
    if (left_in_frame_ == 0) finish_frame();
}

void WebSocketConnection::take_payload(std::span<char>& bytes)
{
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(left_in_frame_, bytes.size()));
    std::string& target = is_control() ? control_ : message_;
    const auto valid = validator_.process_and_unmask_next_payload_part(bytes.data(), size);
    if (valid != ws::impl::validation_state_t::payload_part_is_valid)
        return fail(CloseCode::BadData, "the text is not UTF-8, or the close code is none");
    target.append(bytes.data(), size);
    bytes = bytes.subspan(size);
    left_in_frame_ -= size;
    if (left_in_frame_ == 0) finish_frame();
}

void WebSocketConnection::finish_frame()
{
    const auto opcode = parser_.current_message().m_opcode;
    const bool is_last = parser_.current_message().m_final_flag;
    if (validator_.finish_frame() != ws::impl::validation_state_t::frame_is_valid)
        return fail(CloseCode::BadData, "the text is not UTF-8");
    parser_.reset();
    if (opcode == Opcode::connection_close_frame) return answer_close();
    if (opcode == Opcode::ping_frame)
        queue(Opcode::pong_frame, std::make_shared<const std::string>(std::move(control_)));
    control_.clear();
    if (ws::impl::is_control_frame(opcode) || !is_last) return;
    deliver();
}

void WebSocketConnection::deliver()
{
    const std::string text = std::exchange(message_, {});
    if (state_ != State::Open) return;
    if (!message_is_text_) return close(CloseCode::UnsupportedData, "messages are text here");
    listener_->received(text);
}

void WebSocketConnection::answer_close()
{
    if (state_ == State::Open) {
        state_ = State::Closing;
        queue(Opcode::connection_close_frame,
              std::make_shared<const std::string>(control_.substr(0, 2)));
        write();
    }
    end();
}

void WebSocketConnection::send(const Message& message)
{
    if (state_ != State::Open) return;
    queue(message.kind == Message::Kind::Text ? Opcode::text_frame : Opcode::binary_frame,
          message.bytes);
}

void WebSocketConnection::close(CloseCode code, std::string_view reason)
{
    if (state_ != State::Open) return;
    queue(Opcode::connection_close_frame,
          std::make_shared<const std::string>(close_payload(code, reason)));
    state_ = State::Closing;
    last_asked_ = all_.observe_time();
}

// What follows in the stream cannot be understood: the client's goodbye is not waited for.
void WebSocketConnection::fail(CloseCode code, std::string_view reason)
{
    close(code, reason);
    write();
    end();
}

void WebSocketConnection::queue(Opcode opcode, std::shared_ptr<const std::string> payload)
{
    if (state_ == State::Gone) return;
    std::string header = ws::impl::write_message_details(ws::final_frame, opcode, payload->size());
    unsent_bytes_ += header.size() + payload->size();
    if (unsent_bytes_ > kMaxUnsent) return end_soon();
    unsent_.push_back({std::move(header), std::move(payload)});
    write_soon();
}

// Not at once: more may follow, and the caller may be in the middle of a message to many.
void WebSocketConnection::write_soon()
{
    if (writing_) return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        self->writing_ = false;
        if (self->state_ != State::Gone) self->write();
    });
    writing_ = true;
}

// The caller may be in the middle of a message to many.
void WebSocketConnection::end_soon()
{
    if (std::exchange(state_, State::Closing) == State::Closing) return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->end(); });
}

void WebSocketConnection::write()
{
    while (!unsent_.empty()) {
        net::Error error;
        std::array<asio::const_buffer, 16> buffers;
        fill(buffers);
        const std::size_t sent = socket_.write_some(buffers, error);
        if (error == asio::error::would_block) return wait_to_write();
        if (error && error != asio::error::interrupted) return end();
        drop_sent(sent);
    }
    if (state_ == State::Open) listener_->drained();
}

void WebSocketConnection::wait_to_write()
{
    if (writing_) return;
    writing_ = true;
    socket_.async_wait(net::Socket::wait_write,
                       [self = shared_from_this()](const net::Error& error) {
                           self->writing_ = false;
                           if (!error && self->state_ != State::Gone) self->write();
                       });
}

// The next bytes to send; the rest of the buffers stay empty.
std::size_t WebSocketConnection::fill(std::array<asio::const_buffer, 16>& buffers) const
{
    std::size_t count = 0;
    std::size_t skip = sent_of_first_;
    for (const auto& [header, payload] : unsent_) {
        if (count + 2 > buffers.size()) break;
        const std::size_t of_header = std::min(skip, header.size());
        buffers[count++] = asio::buffer(header) + of_header;
        if (payload) buffers[count++] = asio::buffer(*payload) + (skip - of_header);
        skip = 0;
    }
    return count;
}

void WebSocketConnection::drop_sent(std::size_t size)
{
    unsent_bytes_ -= size;
    sent_of_first_ += size;
    while (!unsent_.empty()) {
        const auto& [header, payload] = unsent_.front();
        const std::size_t whole = header.size() + (payload ? payload->size() : 0);
        if (sent_of_first_ < whole) return;
        sent_of_first_ -= whole;
        unsent_.pop_front();
    }
}

void WebSocketConnection::check_patience(store::TimePoint now, std::chrono::seconds ping_after)
{
    const auto silence = now - last_heard_;
    const bool is_patient = state_ == State::Closing ? now - last_asked_ <= kTimeToSayGoodbye
                                                     : silence <= 3 * ping_after;
    if (!is_patient) return end();
    if (state_ != State::Open || silence < ping_after || now - last_asked_ < ping_after) return;
    last_asked_ = now;
    queue(Opcode::ping_frame, std::make_shared<const std::string>());
}

void WebSocketConnection::end()
{
    if (state_ == State::Gone) return;
    const auto self = shared_from_this();
    const auto listener = std::move(listener_);
    detach();
    listener->closed();
}

void WebSocketConnection::detach()
{
    state_ = State::Gone;
    all_.remove(*this);
    listener_.reset();
    unsent_.clear();
    unsent_bytes_ = 0;
    net::Error ignored;
    socket_.close(ignored);
}

}  // namespace server::gateway
