#include "server/net/tls_door.h"

#include <new>
#include <utility>

#include "server/net/address.h"
#include "server/net/client_socket.h"
#include "server/net/listeners.h"

namespace server::net {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::size_t kMaxHandshakes = 1024;

ClientCertificate wanted_certificate(const Options& options)
{
    if (options.tls_auth_clients == "no") return ClientCertificate::None;
    return options.tls_auth_clients == "optional" ? ClientCertificate::Optional
                                                  : ClientCertificate::Required;
}

}  // namespace

/// A client that has not shown yet that it speaks TLS.
struct TlsDoor::Handshake
{
    Handshake(Socket accepted, const TlsContext& context, ClientCertificate wanted)
        : socket(std::move(accepted)),
          tls(std::make_unique<TlsSession>(context, socket.native_handle(), wanted))
    {}

    Socket socket;
    std::unique_ptr<TlsSession> tls;
    const std::chrono::steady_clock::time_point ends = std::chrono::steady_clock::now() + kPatience;
    Handshakes::iterator place;
};

TlsDoor::TlsDoor(asio::io_context& io, Connections& connections)
    : io_(io), connections_(connections), timer_(io)
{
    open(connections.server.options);
}

TlsDoor::~TlsDoor() = default;

void TlsDoor::open(const Options& wanted)
{
    std::unique_ptr<TlsContext> context;
    if (wanted.tls_port != 0) context = std::make_unique<TlsContext>(wanted);
    if (wanted.tls_port != port_ || wanted.bind != connections_.server.options.bind) {
        move_listeners(io_, listeners_, wanted, wanted.tls_port, connections_.log,
                       [this](Listener& listener) {
                           if (started_) accept_at(listener);
                       });
        port_ = wanted.tls_port;
    }
    context_ = std::move(context);
}

std::string_view TlsDoor::change(const Options& wanted)
{
    try {
        open(wanted);
        return {};
    } catch (const TlsError& error) {
        connections_.log.warning("{}", error.what());
        return "Unable to update TLS configuration. Check server logs.";
    } catch (const ListenError& error) {
        connections_.log.warning("{}", error.what());
        return "Unable to listen on this port. Check server logs.";
    }
}

void TlsDoor::start()
{
    started_ = true;
    for (const auto& listener : listeners_) accept_at(*listener);
}

void TlsDoor::accept_at(Listener& listener)
{
    accept_clients(listener, connections_, [this](Socket socket) { welcome(std::move(socket)); });
}

void TlsDoor::resume()
{
    for (const auto& listener : listeners_) listener->resume();
    if (!handshakes_.empty()) watch_time();
}

void TlsDoor::welcome(Socket socket)
{
    if (!connections_.has_room(handshakes_.size())) return;
    try {
        begin_handshake(std::move(socket));
    } catch (const std::bad_alloc&) {
        connections_.log.warning("No memory for a handshake of TLS");
    }
}

void TlsDoor::begin_handshake(Socket socket)
{
    Error gone;
    socket.non_blocking(true, gone);
    if (gone) return;
    if (handshakes_.size() == kMaxHandshakes) give_up_oldest("too many handshakes");
    const auto handshake = std::make_shared<Handshake>(
        std::move(socket), *context_, wanted_certificate(connections_.server.options));
    handshake->place = handshakes_.insert(handshakes_.end(), handshake);
    if (handshakes_.size() == 1) watch_time();
    go_on(handshake);
}

void TlsDoor::go_on(const std::shared_ptr<Handshake>& handshake)
{
    Error error;
    const TlsSession::Next next = handshake->tls->shake_hands(error);
    if (error) return give_up(*handshake, error.message());
    switch (next) {
        case TlsSession::Next::Read: return wait(handshake, Socket::wait_read);
        case TlsSession::Next::Write: return wait(handshake, Socket::wait_write);
        case TlsSession::Next::Nothing: break;
    }
    forget(*handshake);
    connections_.welcome(ClientSocket{std::move(handshake->socket), std::move(handshake->tls)});
}

void TlsDoor::wait(const std::shared_ptr<Handshake>& handshake, Socket::wait_type what)
{
    handshake->socket.async_wait(what, [this, handshake](const Error& error) {
        if (!error && handshake->socket.is_open()) go_on(handshake);
    });
}

void TlsDoor::give_up(Handshake& handshake, std::string_view why)
{
    Error gone;
    const Endpoint remote = handshake.socket.remote_endpoint(gone);
    connections_.log.verbose("No TLS with {}: {}", gone ? "a client" : to_text(remote), why);
    handshake.socket.close(gone);
    forget(handshake);
}

void TlsDoor::give_up_oldest(std::string_view why)
{
    const auto oldest = handshakes_.front();
    give_up(*oldest, why);
}

void TlsDoor::forget(Handshake& handshake) { handshakes_.erase(handshake.place); }

void TlsDoor::watch_time()
{
    timer_.expires_at(handshakes_.front()->ends);
    timer_.async_wait([this](const Error& error) {
        if (error) return;
        const auto now = std::chrono::steady_clock::now();
        while (!handshakes_.empty() && handshakes_.front()->ends <= now)
            give_up_oldest("the handshake took too long");
        if (!handshakes_.empty()) watch_time();
    });
}

void TlsDoor::close_all()
{
    while (!handshakes_.empty()) give_up_oldest("the server is shutting down");
}

std::vector<std::string> TlsDoor::addresses() const
{
    std::vector<std::string> result;
    for (const auto& listener : listeners_) result.push_back(to_text(listener->endpoint()));
    return result;
}

}  // namespace server::net
