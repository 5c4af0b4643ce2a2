#include "server/net/listeners.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "server/net/address.h"

namespace server::net {
namespace {

// Somebody else may hold the port of our free one on another address: try again with another.
constexpr int kMaxAttempts = 20;

// Asio's category of errors knows nothing of std::errc: its values are errno's.
bool is_address_missing(const Error& error) { return error.value() == EADDRNOTAVAIL; }

bool is_family_missing(const Error& error)
{
    return error.value() == EAFNOSUPPORT || error.value() == EPROTONOSUPPORT ||
           error.value() == ENOPROTOOPT;
}

bool is_socket(const std::string& path)
{
    struct stat status = {};
    return stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

// A server that was killed leaves its socket's file behind; one that runs answers.
void remove_stale_socket(asio::io_context& io, const std::string& path)
{
    if (!is_socket(path)) return;
    asio::local::stream_protocol::socket probe{io};
    Error refused;
    probe.connect({path}, refused);
    if (!refused) throw ListenError{path, asio::error::address_in_use};
    unlink(path.c_str());
}

using Opened = std::vector<std::shared_ptr<Listener>>;

// Nothing if a free port was asked for, and the one that was found is not free everywhere.
std::optional<Opened> try_to_listen(asio::io_context& io, const std::vector<std::string>& bind,
                                    int& port, int backlog)
{
    const bool any_port = port == 0;
    int taken = port;
    Opened opened;
    for (const std::string& word : bind) {
        const bool optional = word.starts_with('-');
        const std::string name = word.substr(optional ? 1 : 0);
        try {
            opened.push_back(std::make_shared<Listener>(io, resolve(io, name, taken), backlog));
        } catch (const ListenError& error) {
            // As in Redis: an optional address may be missing, and a machine may lack IPv6.
            if (optional && is_address_missing(error.why())) continue;
            if (is_family_missing(error.why())) continue;
            if (any_port && taken != 0 && error.why() == asio::error::address_in_use) return {};
            throw;
        } catch (const asio::system_error& error) {
            throw ListenError{fmt::format("{}:{}", name, taken), error.code()};
        }
        taken = port_of(opened.back()->endpoint());
    }
    port = taken;
    return opened;
}

}  // namespace

Opened listen_on(asio::io_context& io, const std::vector<std::string>& bind, int& port, int backlog)
{
    for (int attempt = 0; attempt < kMaxAttempts; ++attempt)
        if (auto opened = try_to_listen(io, bind, port, backlog)) return std::move(*opened);
    throw ListenError{"any port", asio::error::address_in_use};
}

void move_listeners(asio::io_context& io, Opened& listeners, const Options& wanted, int port,
                    Log& log, const std::function<void(Listener&)>& accept)
{
    const auto accept_all = [&] {
        for (const auto& listener : listeners) accept(*listener);
    };
    std::vector<Endpoint> before;
    for (const auto& listener : listeners) before.push_back(listener->endpoint());
    for (const auto& listener : listeners) listener->stop();
    listeners.clear();
    try {
        if (port != 0) listeners = listen_on(io, wanted.bind, port, wanted.tcp_backlog);
    } catch (...) {
        for (const Endpoint& place : before) {
            try {
                listeners.push_back(std::make_shared<Listener>(io, place, wanted.tcp_backlog));
            } catch (const std::exception& error) {
                log.warning("{}: no client can come in there any more", error.what());
            }
        }
        accept_all();
        throw;
    }
    accept_all();
}

void accept_clients(Listener& listener, Connections& connections, Listener::Welcome welcome)
{
    listener.start(std::move(welcome), [&connections](const Error& error) {
        connections.log.warning("Could not accept a client: {}", error.message());
    });
}

Listeners::Listeners(asio::io_context& io, Connections& connections)
    : io_(io), connections_(connections)
{
    Options& options = connections.server.options;
    const bool has_unix_socket = !options.unix_socket.empty();
    const bool has_another = has_unix_socket || options.tls_port != 0;
    if (options.port != 0 || !options.port_file.empty() || !has_another) {
        const bool any_port = options.port == 0;
        ports_ = listen_on(io, options.bind, options.port, options.tcp_backlog);
        if (any_port) options.port_taken = options.port;
    }
    if (has_unix_socket) open_unix_socket();
    if (ports_.empty() && !has_another) throw ListenError{"any address", asio::error::not_found};
}

Listeners::~Listeners()
{
    if (!unix_path_.empty()) unlink(unix_path_.c_str());
}

void Listeners::open_unix_socket()
{
    const Options& options = connections_.server.options;
    const std::string& path = options.unix_socket;
    try {
        remove_stale_socket(io_, path);
        const asio::local::stream_protocol::endpoint place{path};
        unix_socket_ = std::make_shared<Listener>(io_, place, options.tcp_backlog);
        unix_path_ = path;
    } catch (const asio::system_error& error) {  // the path is too long
        throw ListenError{path, error.code()};
    }
    const auto permissions = static_cast<mode_t>(options.unix_socket_permissions);
    if (permissions != 0 && chmod(path.c_str(), permissions) != 0)
        throw ListenError{path, Error{errno, asio::error::get_system_category()}};
}

void Listeners::resume()
{
    for (const auto& listener : ports_) listener->resume();
    if (unix_socket_ != nullptr) unix_socket_->resume();
}

void Listeners::start()
{
    for (const auto& listener : ports_) accept_at(*listener);
    if (unix_socket_ != nullptr) accept_at(*unix_socket_);
}

void Listeners::accept_at(Listener& listener)
{
    accept_clients(listener, connections_, [this](Socket socket) {
        connections_.welcome(ClientSocket{std::move(socket)});
    });
}

std::string_view Listeners::change(const Options& wanted)
{
    try {
        move_listeners(io_, ports_, wanted, wanted.port, connections_.log,
                       [this](Listener& listener) { accept_at(listener); });
        return {};
    } catch (const ListenError& error) {
        connections_.log.warning("{}", error.what());
        const bool moves_port = wanted.port != connections_.server.options.port;
        return moves_port ? "Unable to listen on this port. Check server logs."
                          : "Failed to bind to specified addresses.";
    }
}

std::vector<std::string> Listeners::addresses() const
{
    std::vector<std::string> result;
    for (const auto& listener : ports_) result.push_back(to_text(listener->endpoint()));
    if (!unix_path_.empty()) result.push_back(unix_path_);
    return result;
}

}  // namespace server::net
