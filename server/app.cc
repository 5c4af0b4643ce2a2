#include "server/app.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <new>
#include <thread>
#include <utility>

#include "server/fixtures/fixture.h"
#include "server/net/file_limit.h"
#include "server/net/stopwatch.h"
#include "server/net/wall_clock.h"
#include "server/persistence/persistence.h"

namespace server {

// One thread does everything, so Asio need not lock anything.
App::App(Options options)
    : server_(std::move(options)),
      log_(server_.options, server_.clock),
      io_(ASIO_CONCURRENCY_HINT_UNSAFE),
      connections_(server_, log_, [this] { stop("SHUTDOWN"); }),
      listeners_(io_, connections_),
      tls_door_(io_, connections_),
      ticker_(io_, connections_),
      signals_(io_),
      log_is_safe_(io_, [this] { connections_.send_what_is_safe(); })
{
    server_.timekeeper.observe(net::wall_clock());
    server_.stopwatch = net::stopwatch;
    server_.let_others_run = [this] { io_.poll(); };
    server_.stand_still = [this](std::chrono::microseconds time) {
        std::this_thread::sleep_for(time);
        connections_.follow_wall_clock();
    };
    server_.write_log = [this](LogLevel level, std::string_view line) { log_.log(level, line); };
    server_.listen = [this](const Options& wanted) { return listeners_.change(wanted); };
    server_.open_tls = [this](const Options& wanted) { return tls_door_.change(wanted); };
    server_.started_at = server_.clock.now();
    server_.give_up = [this](std::string_view why) { give_up(why); };
    server_.persistence->on_safe = [this] { log_is_safe_.wake(); };
    server_.persistence->use_files();
    server_.memory_at_start = server_.note_memory_peak();
    if (server_.options.http_port != 0)
        http_ = std::make_unique<gateway::FrontDoor>(io_, connections_);
}

// The log's thread wakes what is gone by then.
App::~App() { server_.persistence->end_log(); }

void App::start(std::span<const std::string> warnings)
{
    log_.notice("dabba-server " DABBA_VERSION " (speaks Redis 7.2.4), PID: {}, seed {}", getpid(),
                server_.options.seed);
    for (const std::string& warning : warnings) log_.warning("{}", warning);
    fit_clients_to_file_limit();
    stop_on_signals();
    listeners_.start();
    tls_door_.start();
    if (http_) http_->start();
    ticker_.start();
    log_.notice("Server initialized");  // programs that start a server wait for this and the PID
}

bool App::load()
{
    Persistence& persistence = *server_.persistence;
    try {
        persistence.begin_loading();
        while (persistence.go_on_loading() && !io_.stopped()) io_.poll();
        return load_fixtures();
    } catch (const Loading::Error& error) {
        log_.warning("{}", error.what());
        return false;
    }
}

bool App::load_fixtures()
{
    for (const std::string& path : server_.options.fixture) {
        const FixtureLoaded loaded = load_fixture_file(server_, path);
        if (!loaded.error.empty()) {
            log_.warning("Cannot load the fixture {}: {}", path, loaded.error);
            return false;
        }
        log_.notice("Loaded the fixture {}: {} requests", path, loaded.requests);
    }
    return true;
}

bool App::run()
{
    if (io_.stopped()) return !has_failed_;  // a signal came while the data were loaded
    say_where_it_listens();
    run_events();
    return !has_failed_;
}

void App::give_up(std::string_view why)
{
    has_failed_ = true;
    log_.warning("{}", why);
    io_.stop();
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
        tls_door_.resume();
        if (http_) http_->resume();
        ticker_.start();
        return true;
    } catch (const std::bad_alloc&) {
        return false;
    }
}

// What is missing is missing to HTTP first; it keeps a few connections whatever happens.
void App::fit_clients_to_file_limit()
{
    constexpr std::int64_t kFewForHttp = 64;
    Options& options = server_.options;
    const std::int64_t of_http = http_ ? options.http_max_connections : 0;
    const std::int64_t wanted = options.max_clients + of_http;
    const std::int64_t possible = net::make_room_for_clients(wanted);
    if (possible == wanted) return;
    const std::int64_t left = possible - std::min(of_http, kFewForHttp);
    const std::int64_t max_clients = std::clamp<std::int64_t>(left, 1, options.max_clients);
    if (max_clients != options.max_clients)
        warn_of_file_limit("maxclients", options.max_clients, max_clients);
    if (http_) {
        const std::int64_t rest = std::max<std::int64_t>(1, possible - max_clients);
        warn_of_file_limit("http-max-connections", options.http_max_connections, rest);
    }
}

void App::warn_of_file_limit(std::string_view name, std::int64_t& limit, std::int64_t possible)
{
    log_.warning("{} is {}, not {}: this process may open no more files (ulimit -n)", name,
                 possible, limit);
    limit = possible;
}

void App::say_where_it_listens()
{
    for (const std::string& address : listeners_.addresses())
        log_.notice("Listening on {}", address);
    for (const std::string& address : tls_door_.addresses())
        log_.notice("Listening on {} with TLS", address);
    if (http_)
        for (const std::string& address : http_->addresses())
            log_.notice("HTTP and WebSockets at {}", address);
    // Programs that start a server wait for these words.
    if (port() != 0) log_.notice("Ready to accept connections tcp");
    if (!server_.options.unix_socket.empty()) log_.notice("Ready to accept connections unix");
    if (server_.options.tls_port != 0) log_.notice("Ready to accept connections tls");
}

void App::stop_on_signals()
{
    // A client that is gone is no reason to die; nor is a terminal that is closed.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGHUP, SIG_IGN);
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    wait_for_signal();
}

void App::wait_for_signal()
{
    signals_.async_wait([this](const net::Error& error, int signal) {
        if (!error) stop_on_signal(signal);
    });
}

/// As Redis: what should be saved and cannot be is a reason to go on.
void App::stop_on_signal(int signal)
{
    const bool is_term = signal == SIGTERM;
    const std::string_view name = is_term ? "SIGTERM" : "SIGINT";
    const Options& options = server_.options;
    const EndFlags flags =
        EndFlags::of(is_term ? options.shutdown_on_sigterm : options.shutdown_on_sigint);
    if (server_.persistence->prepare_end(flags)) return stop(fmt::format("Received {}", name));
    log_.warning(
        "{} received but errors trying to shut down the server, check the logs for more "
        "information",
        name);
    wait_for_signal();
}

void App::stop(std::string_view why)
{
    log_.notice("{}, shutting down", why);
    server_.persistence->end_log();
    if (http_) http_->close_all();
    tls_door_.close_all();
    connections_.close_all();
    io_.stop();
}

}  // namespace server
