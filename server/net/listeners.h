#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/net/asio.h"
#include "server/net/connections.h"
#include "server/net/listener.h"

namespace server::net {

/// Listens on a port of each address, written as in `bind`; puts the port that was taken into
/// `port` if that was 0, and the same one on all of them. Throws ListenError.
std::vector<std::shared_ptr<Listener>> listen_on(asio::io_context& io,
                                                 const std::vector<std::string>& bind, int& port,
                                                 int backlog);

/// Listens as listen_on() would where the options and `port` say, nowhere if that is 0, and not
/// where `listeners` did. They are closed first, as they may hold the port that is wanted. If it
/// cannot be had they are opened again, as far as that is possible (the log tells), and ListenError
/// is thrown. Either way those that there are then go to `accept`.
void move_listeners(asio::io_context& io, std::vector<std::shared_ptr<Listener>>& listeners,
                    const Options& wanted, int port, Log& log,
                    const std::function<void(Listener&)>& accept);

/// Lets a listener accept the clients of these connections; the log is told if it cannot.
void accept_clients(Listener& listener, Connections& connections, Listener::Welcome welcome);

/// Every place where the server listens for RESP, as its options say.
class Listeners
{
public:
    /// Opens all of them; puts the port that was taken into the options if they asked for any.
    /// Throws ListenError.
    Listeners(asio::io_context& io, Connections& connections);
    /// Removes the Unix socket's file.
    ~Listeners();
    Listeners(const Listeners&) = delete;
    Listeners& operator=(const Listeners&) = delete;

    void start();
    /// See Listener::resume().
    void resume();

    /// Moves to the addresses and the port of these options. REQUIRES that it was started. Returns
    /// why not, in Redis's words for CONFIG SET, and then nothing has changed: the log says more.
    std::string_view change(const Options& wanted);

    /// As the log names them: "127.0.0.1:6379", "/run/dabba.sock".
    std::vector<std::string> addresses() const;

private:
    void open_unix_socket();
    void accept_at(Listener& listener);

    asio::io_context& io_;
    Connections& connections_;
    std::vector<std::shared_ptr<Listener>> ports_;
    std::shared_ptr<Listener> unix_socket_;
    std::string unix_path_;  // empty: none was made
};

}  // namespace server::net
