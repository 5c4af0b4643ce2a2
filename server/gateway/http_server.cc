#include "server/gateway/http_server.h"

#include <exception>
#include <restinio/http_server.hpp>
#include <restinio/utils/base64.hpp>
#include <restinio/utils/sha1.hpp>
#include <utility>

#include "ascii/case.h"
#include "server/gateway/farewell.h"
#include "server/gateway/http_stream.h"
#include "server/gateway/problem.h"
#include "server/gateway/status.h"
#include "server/gateway/web_socket_connection.h"
#include "server/net/address.h"
#include "server/net/listeners.h"

namespace server::gateway {
namespace {

// An order's answer may wait for drivers: how long, its timeout_sec says.
constexpr std::chrono::hours kTimeToHandle{24};
constexpr std::chrono::seconds kTimeToWrite{30};

/// Counts RESTinio's connections.
class ConnectionCounter
{
public:
    void state_changed(const restinio::connection_state::notice_t& notice) noexcept
    {
        using namespace restinio::connection_state;
        const cause_t cause = notice.cause();
        if (restinio::holds_alternative<accepted_t>(cause)) ++count;
        if (restinio::holds_alternative<closed_t>(cause)) --count;
    }

    std::size_t count = 0;
};

struct Traits : restinio::default_single_thread_traits_t
{
    using stream_socket_t = HttpStream;
    using logger_t = RestinioLog;
    using connection_state_listener_t = ConnectionCounter;
};

using RestinioConnection = restinio::impl::connection_t<Traits>;

Method method_of(const restinio::http_method_id_t& id)
{
    if (id == restinio::http_method_get()) return Method::Get;
    if (id == restinio::http_method_post()) return Method::Post;
    if (id == restinio::http_method_put()) return Method::Put;
    if (id == restinio::http_method_delete()) return Method::Delete;
    if (id == restinio::http_method_head()) return Method::Head;
    if (id == restinio::http_method_options()) return Method::Options;
    return Method::Other;
}

bool wants_web_socket(const restinio::http_request_header_t& header)
{
    return header.connection() == restinio::http_connection_header_t::upgrade &&
           ascii::equal_ignoring_case(header.get_field_or(restinio::http_field::upgrade, ""),
                                      "websocket") &&
           header.get_field_or(restinio::http_field::sec_websocket_version, "") == "13" &&
           header.has_field(restinio::http_field::sec_websocket_key);
}

std::string_view field_of(const restinio::http_request_header_t& header,
                          restinio::http_field_t field)
{
    const auto value = header.opt_value_of(field);
    return value ? std::string_view{value->data(), value->size()} : std::string_view{};
}

/// Empty unless there is exactly one.
std::string_view host_of(const restinio::http_request_header_t& header)
{
    std::size_t count = 0;
    header.for_each_value_of(restinio::http_field::host, [&](restinio::string_view_t) {
        ++count;
        return restinio::http_header_fields_t::continue_enumeration();
    });
    return count == 1 ? field_of(header, restinio::http_field::host) : std::string_view{};
}

std::string_view field_of(const restinio::http_request_header_t& header, std::string_view name)
{
    const auto value = header.opt_value_of(restinio::string_view_t{name.data(), name.size()});
    return value ? std::string_view{value->data(), value->size()} : std::string_view{};
}

Request to_request(const restinio::request_t& from)
{
    using Field = restinio::http_field;
    const auto& header = from.header();
    const std::string_view target = header.request_target();
    const std::size_t mark = std::min(target.find('?'), target.size());
    Request request;
    request.method = method_of(header.method());
    request.path = target.substr(0, mark);
    request.query = target.substr(std::min(mark + 1, target.size()));
    request.body = from.body();
    request.address = net::to_text(from.remote_endpoint());
    request.wants_web_socket = wants_web_socket(header);
    request.host = host_of(header);
    request.origin = field_of(header, Field::origin);
    request.fetch_site = field_of(header, "Sec-Fetch-Site");
    request.authorization = field_of(header, Field::authorization);
    request.cookie = field_of(header, Field::cookie);
    request.content_type = field_of(header, Field::content_type);
    request.accept_encoding = field_of(header, Field::accept_encoding);
    request.workspace = field_of(header, "Dabba-Workspace");
    request.if_none_match = field_of(header, Field::if_none_match);
    return request;
}

/// RFC 6455, section 4.2.2.
std::string greeting_of(const restinio::http_request_header_t& header)
{
    namespace utils = restinio::utils;
    const auto digest = utils::sha1::make_digest(
        std::string{field_of(header, restinio::http_field::sec_websocket_key)} +
        "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           utils::base64::encode(utils::sha1::to_string(digest)) + "\r\n\r\n";
}

}  // namespace

class HttpServer::Core
{
public:
    Core(asio::io_context& io, net::Connections& connections, RequestHandler& handler)
        : io_(io),
          connections_(connections),
          handler_(handler),
          sockets_(connections),
          factory_(make_factory()),
          timer_(io)
    {
        Options& options = connections.server.options;
        int port = std::max(options.http_port, 0);
        listeners_ = net::listen_on(io, options.http_bind, port, options.tcp_backlog);
        if (listeners_.empty()) throw net::ListenError{"any HTTP address", asio::error::not_found};
        options.http_port = port;
    }

    void start()
    {
        for (const auto& listener : listeners_) {
            listener->start([this](net::Socket socket) { welcome(std::move(socket)); },
                            [this](const net::Error& error) {
                                connections_.log.warning("Could not accept an HTTP client: {}",
                                                         error.message());
                            });
        }
        watch_patience();
    }

    void resume()
    {
        for (const auto& listener : listeners_) listener->resume();
        watch_patience();
    }

    std::vector<std::string> addresses() const
    {
        std::vector<std::string> all;
        for (const auto& listener : listeners_) all.push_back(net::to_text(listener->endpoint()));
        return all;
    }

    std::size_t web_sockets() const { return sockets_.size(); }
    std::size_t connections() const
    {
        return counter_->count + sockets_.size() + farewells_.size();
    }

    void close_all()
    {
        for (const auto& listener : listeners_) listener->stop();
        timer_.cancel();
        sockets_.close_all();
        io_.poll();  // so that the goodbyes are written
    }

    void upgrade(restinio::request_t& request, std::unique_ptr<SocketListener> listener)
    {
        std::string greeting = greeting_of(request.header());
        HttpStream stream = take_stream(request);
        const net::Endpoint::protocol_type protocol = stream.local_endpoint().protocol();
        net::Socket socket{io_, protocol, stream.release()};
        socket.non_blocking(true);
        sockets_.welcome(std::move(socket), std::move(greeting), std::move(listener));
    }

    /// Ends the connection after these bytes, or as many of them as fit into the socket's buffer.
    void hang_up(restinio::request_t& request, std::string_view last_bytes)
    {
        HttpStream stream = take_stream(request);
        net::Error ignored;
        stream.non_blocking(true, ignored);
        stream.write_some(asio::buffer(last_bytes), ignored);
    }

private:
    restinio::impl::connection_factory_t<Traits> make_factory()
    {
        const Options& options = connections_.server.options;
        const std::chrono::seconds patience{options.http_timeout_seconds};
        const auto max_body = static_cast<std::uint64_t>(options.http_max_body);
        restinio::server_settings_t<Traits> settings;
        settings
            .request_handler(
                [this](restinio::request_handle_t request) { return handle(std::move(request)); })
            .connection_state_listener(counter_)
            .logger(refusals_)
            .read_next_http_message_timelimit(patience)
            .write_http_response_timelimit(kTimeToWrite)
            .handle_request_timeout(kTimeToHandle)
            .buffer_size(kReadRoom)
            .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                          .max_url_size(kMaxTarget)
                                          .max_field_name_size(kMaxHeaderName)
                                          .max_field_value_size(kMaxHeaderValue)
                                          .max_field_count(kMaxHeaders)
                                          .max_body_size(max_body));
        auto timers = settings.timer_factory()->create(io_);
        auto shared = std::make_shared<restinio::impl::connection_settings_t<Traits>>(
            settings,
            restinio::impl::create_parser_settings<typename Traits::http_methods_mapper_t>(),
            std::move(timers));
        return {std::move(shared), settings.socket_options_setter()};
    }

    void welcome(net::Socket socket)
    {
        Server& server = connections_.server;
        if (server.faults.is_down(server.timekeeper.wall())) return;
        const Options& options = server.options;
        net::Error gone;
        const net::Endpoint remote = socket.remote_endpoint(gone);
        if (gone) return;
        const bool is_open = server.access.default_user().needs_no_password();
        if (options.protected_mode && is_open && !net::is_local(remote))
            return farewells_.say(std::move(socket),
                                  to_response(Problem{ProblemType::Protected,
                                                      "The request comes from another machine."}));
        if (connections() >= static_cast<std::size_t>(options.http_max_connections))
            return farewells_.say(std::move(socket),
                                  to_response(Problem{ProblemType::TooManyConnections,
                                                      "No more are served at once."}));
        try {
            hand_over(std::move(socket));
        } catch (const restinio::exception_t& error) {
            connections_.log.verbose("HTTP client lost: {}", error.what());
        } catch (const asio::system_error& error) {
            connections_.log.verbose("HTTP client lost: {}", error.what());
        }
    }

    void hand_over(net::Socket socket)
    {
        using asio::ip::tcp;
        const bool is_v6 = socket.local_endpoint().protocol().family() == AF_INET6;
        tcp::socket client{io_, is_v6 ? tcp::v6() : tcp::v4(), socket.release()};
        client.set_option(tcp::no_delay{true});
        const auto remote = client.remote_endpoint();
        factory_
            .create_new_connection(HttpStream{std::move(client), refusals_}, remote,
                                   LifetimeMonitor{nullptr})
            ->init();
    }

    restinio::request_handling_status_t handle(restinio::request_handle_t request);

    HttpStream take_stream(restinio::request_t& request)
    {
        const auto connection = std::move(restinio::impl::access_req_connection(request));
        auto inside = dynamic_cast<RestinioConnection&>(*connection).move_upgrade_internals();
        --counter_->count;  // RESTinio does not say so
        return std::move(inside.m_socket);
    }

    void watch_patience()
    {
        timer_.expires_after(std::chrono::seconds{1});
        timer_.async_wait([this](const net::Error& error) {
            if (error) return;
            sockets_.check_patience();
            watch_patience();
        });
    }

    using LifetimeMonitor =
        typename restinio::connection_count_limit_types<Traits>::lifetime_monitor_t;

    static constexpr std::size_t kReadRoom = 4 * 1024;

    asio::io_context& io_;
    net::Connections& connections_;
    RequestHandler& handler_;
    std::shared_ptr<ConnectionCounter> counter_ = std::make_shared<ConnectionCounter>();
    Farewells farewells_;
    std::shared_ptr<Refusals> refusals_ = std::make_shared<Refusals>(io_, farewells_);
    WebSockets sockets_;
    std::vector<std::shared_ptr<net::Listener>> listeners_;
    restinio::impl::connection_factory_t<Traits> factory_;
    net::Timer timer_;

    class RestinioExchange;
};

class HttpServer::Core::RestinioExchange final : public Exchange
{
public:
    RestinioExchange(Core& core, restinio::request_handle_t request)
        : core_(core), request_(std::move(request))
    {}

    ~RestinioExchange() override
    {
        if (request_ == nullptr) return;
        try {
            respond({.status = 500, .body = R"({"title":"Internal Server Error","status":500})"});
        } catch (const std::exception&) {
            request_ = nullptr;  // there is no memory even for this
        }
    }

    void respond(Response response) override
    {
        const auto request = std::move(request_);
        const bool is_head = request->header().method() == restinio::http_method_head();
        const std::size_t size =
            response.lasting_body.empty() ? response.body.size() : response.lasting_body.size();
        if (is_head) {
            auto answer = request->create_response<restinio::user_controlled_output_t>(
                status_line(response.status));
            add_headers(answer, response, *request);
            answer.set_content_length(size).done();
            return;
        }
        auto answer = request->create_response(status_line(response.status));
        add_headers(answer, response, *request);
        if (response.lasting_body.empty()) {
            answer.set_body(std::move(response.body));
        } else {
            answer.set_body(
                restinio::const_buffer(response.lasting_body.data(), response.lasting_body.size()));
        }
        answer.done();
    }

    void upgrade(std::unique_ptr<SocketListener> listener) override
    {
        const auto request = std::move(request_);
        core_.upgrade(*request, std::move(listener));
    }

    void drop() override
    {
        const auto request = std::move(request_);
        core_.hang_up(*request, {});
    }

    void respond_half(Response response) override
    {
        const std::string bytes = bytes_of(response);
        const auto request = std::move(request_);
        core_.hang_up(*request, std::string_view{bytes}.substr(0, bytes.size() / 2));
    }

private:
    static restinio::http_status_line_t status_line(int status)
    {
        return {restinio::http_status_code_t{static_cast<std::uint16_t>(status)},
                std::string{reason_of(status)}};
    }

    template <class Answer>
    static void add_headers(Answer& answer, const Response& response,
                            const restinio::request_t& request)
    {
        if (response.status != 204 && response.status != 304)
            answer.append_header(restinio::http_field::content_type,
                                 std::string{response.content_type});
        for (const auto& [name, value] : response.headers)
            answer.append_header(std::string{name}, value);
        // RESTinio watches the time of no connection that once asked for an upgrade.
        const bool asked_for_upgrade =
            request.header().connection() == restinio::http_connection_header_t::upgrade;
        if (response.close || asked_for_upgrade) answer.connection_close();
    }

    Core& core_;
    restinio::request_handle_t request_;
};

// Not at once: RESTinio loses what follows in a pipeline if the answer is there before this
// returns.
restinio::request_handling_status_t HttpServer::Core::handle(restinio::request_handle_t request)
{
    asio::post(io_, [this, kept = std::move(request)] {
        connections_.observe_time();
        handler_.handle(to_request(*kept), std::make_shared<RestinioExchange>(*this, kept));
    });
    return restinio::request_accepted();
}

HttpServer::HttpServer(asio::io_context& io, net::Connections& connections, RequestHandler& handler)
    : core_(std::make_unique<Core>(io, connections, handler))
{}

HttpServer::~HttpServer() = default;
void HttpServer::start() { core_->start(); }
void HttpServer::resume() { core_->resume(); }
std::vector<std::string> HttpServer::addresses() const { return core_->addresses(); }
std::size_t HttpServer::connections() const { return core_->connections(); }
std::size_t HttpServer::web_sockets() const { return core_->web_sockets(); }
void HttpServer::close_all() { core_->close_all(); }

}  // namespace server::gateway
