#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/gateway/front_door.h"
#include "server/log.h"
#include "server/net/asio.h"
#include "server/net/connections.h"
#include "server/net/listeners.h"
#include "server/net/ticker.h"
#include "server/net/tls_door.h"
#include "server/net/wake_up.h"
#include "server/server.h"

namespace server {

/// The whole program. It owns every part, in the order in which they need each other: each part
/// knows only those above it.
class App
{
public:
    /// Opens the log and all addresses, and accepts no client yet. Throws ConfigError,
    /// net::TlsError or net::ListenError.
    explicit App(Options options);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    /// From here on, clients are accepted and told to wait. The warnings go to the log first.
    void start(std::span<const std::string> warnings);

    /// Reads the data from their file, if there is one. False if they cannot be read: the log says
    /// why.
    bool load();

    void warn(std::string_view warning) { log_.warning("{}", warning); }

    /// Serves until SHUTDOWN, SIGTERM or SIGINT. False if it ended for want of a disk.
    bool run();

    /// The TCP port; 0 if there is none.
    int port() const { return server_.options.port; }

private:
    void fit_clients_to_file_limit();
    void warn_of_file_limit(std::string_view name, std::int64_t& limit, std::int64_t possible);
    bool load_fixtures();
    void say_where_it_listens();
    void stop_on_signals();
    void stop(std::string_view why);
    void stop_on_signal(int signal);
    void wait_for_signal();
    void run_events();
    bool begin_again();
    void give_up(std::string_view why);

    Server server_;
    Log log_;
    asio::io_context io_;
    net::Connections connections_;
    net::Listeners listeners_;
    net::TlsDoor tls_door_;
    std::unique_ptr<gateway::FrontDoor> http_;  // nullptr: off
    net::Ticker ticker_;
    asio::signal_set signals_;
    net::WakeUp log_is_safe_;
    bool has_failed_ = false;
};

}  // namespace server
