#include "server/app.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <new>
#include <thread>
#include <utility>

#include "server/net/file_limit.h"
#include "server/net/wall_clock.h"

namespace server {

// One thread does everything, so Asio need not lock anything.
App::App(Options options)
    : server_(std::move(options)),
      log_(server_.options, server_.clock),
      io_(ASIO_CONCURRENCY_HINT_UNSAFE),
      connections_(server_, log_, [this] { stop("SHUTDOWN"); }),
      listeners_(io_, connections_),
      ticker_(io_, connections_),
      signals_(io_)
{
    server_.timekeeper.observe(net::wall_clock());
    server_.stopwatch = net::stopwatch;
    server_.let_others_run = [this] { io_.poll(); };
    server_.write_log = [this](LogLevel level, std::string_view line) { log_.log(level, line); };
    server_.started_at = server_.clock.now();
}

void App::run(std::span<const std::string> warnings)
{
    log_.notice("dabba-server " DABBA_VERSION " (speaks Redis 7.2.4), pid {}, seed {}", getpid(),
                server_.options.seed);
    for (const std::string& warning : warnings) log_.warning("{}", warning);
    fit_clients_to_file_limit();
    stop_on_signals();
    listeners_.start();
    ticker_.start();
    say_where_it_listens();
    run_events();
}

// What runs out of memory within a request ends that request or its connection. Here it was
// between two: accepting, a timer. That one is given up, and all that must go on is begun again.
void App::run_events()
{
    while (true) {
        try {
            io_.run();
            return;
        } catch (const std::bad_alloc&) {
            log_.warning("Out of memory");
        }
        while (!begin_again()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

bool App::begin_again()
{
    try {
        listeners_.resume();
        ticker_.start();
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

void App::fit_clients_to_file_limit()
{
    const std::int64_t wanted = server_.options.max_clients;
    const std::int64_t possible = net::make_room_for_clients(wanted);
    if (possible == wanted) return;
    server_.options.max_clients = possible;
    log_.warning("maxclients is {}, not {}: this process may open no more files (ulimit -n)",
                 possible, wanted);
}

void App::say_where_it_listens()
{
    for (const std::string& address : listeners_.addresses())
        log_.notice("Listening on {}", address);
    // Programs that start a server wait for these words.
    if (port() != 0) log_.notice("Ready to accept connections tcp");
    if (!server_.options.unix_socket.empty()) log_.notice("Ready to accept connections unix");
}

void App::stop_on_signals()
{
    // A client that is gone is no reason to die; nor is a terminal that is closed.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](const net::Error& error, int signal) {
        if (!error) stop(signal == SIGTERM ? "Received SIGTERM" : "Received SIGINT");
    });
}

void App::stop(std::string_view why)
{
    log_.notice("{}, shutting down", why);
    connections_.close_all();
    io_.stop();
}

}  // namespace server
