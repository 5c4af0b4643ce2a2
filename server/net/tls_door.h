#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/asio.h"
#include "server/net/connections.h"
#include "server/net/listener.h"
#include "server/net/tls_context.h"
#include "server/net/tls_session.h"

namespace server::net {

/// Where clients come in with TLS: the port, and the handshakes that are not done yet. Whoever is
/// done is a connection like the others.
///
/// A handshake costs memory and, once, up to a millisecond, and comes before any password: it has
/// ten seconds, and of more than a thousand the oldest goes.
class TlsDoor
{
public:
    /// Opens tls-port, if that is not 0; clients wait until start(). Throws TlsError or
    /// ListenError.
    TlsDoor(asio::io_context& io, Connections& connections);
    ~TlsDoor();
    TlsDoor(const TlsDoor&) = delete;
    TlsDoor& operator=(const TlsDoor&) = delete;

    /// Goes by these options from now on: reads their files, takes their port. Returns why not, in
    /// Redis's words for CONFIG SET, and then nothing has changed: the log says more.
    std::string_view change(const Options& wanted);

    void start();
    /// See Listener::resume().
    void resume();
    void close_all();

    /// As Listeners::addresses().
    std::vector<std::string> addresses() const;

private:
    using Opened = std::vector<std::shared_ptr<Listener>>;
    struct Handshake;
    using Handshakes = std::list<std::shared_ptr<Handshake>>;

    void open(const Options& wanted);
    void accept_at(Listener& listener);
    void welcome(Socket socket);
    void begin_handshake(Socket socket);
    void go_on(const std::shared_ptr<Handshake>& handshake);
    void wait(const std::shared_ptr<Handshake>& handshake, Socket::wait_type what);
    void give_up(Handshake& handshake, std::string_view why);
    void give_up_oldest(std::string_view why);
    void forget(Handshake& handshake);
    void watch_time();

    asio::io_context& io_;
    Connections& connections_;
    std::unique_ptr<TlsContext> context_;  // nullptr: closed
    Opened listeners_;
    int port_ = 0;
    bool started_ = false;
    Handshakes handshakes_;  // the oldest first
    Timer timer_;
};

}  // namespace server::net
