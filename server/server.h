#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "server/access/access.h"
#include "server/agenda.h"
#include "server/catalogue/command_table.h"
#include "server/clients/blocked.h"
#include "server/clients/client_memory.h"
#include "server/clients/monitors.h"
#include "server/clients/notifications.h"
#include "server/clients/pause.h"
#include "server/clients/pubsub.h"
#include "server/clients/sessions.h"
#include "server/clients/watches.h"
#include "server/config/options.h"
#include "server/databases.h"
#include "server/dialects/dialect.h"
#include "server/dispatch/dispatcher.h"
#include "server/effects.h"
#include "server/eviction/evictor.h"
#include "server/execution/executor.h"
#include "server/execution/running_script.h"
#include "server/key_events.h"
#include "server/stats.h"
#include "server/testing/faults.h"
#include "server/timekeeper.h"
#include "store/clock.h"
#include "store/keyspace.h"
#include "store/random.h"

namespace server {

namespace scripting {
class Functions;
class Scripting;
}  // namespace scripting

struct Insight;
class Persistence;
struct TestTools;
class Tracking;
class Workspaces;

/// The whole server but for its sockets: the data, the settings, the sessions, and the executor
/// that brings requests to them. Tests drive it with a clock of their own.
class Server
{
public:
    /// The databases are made for the clock's beginning: set the clock before the first request.
    /// `more_commands` come beside the families', and must outlive the server.
    explicit Server(Options settings, std::span<const Command> more_commands = {});
    /// One of the workspaces beside another server. The name is for the owner to set.
    Server(Options settings, Workspaces& beside);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Each part knows only those above it.
    Options options;
    const Dialect dialect{options.speak_as};
    store::Clock clock;
    Timekeeper timekeeper{clock};
    store::Random random;
    Stats stats;
    Agenda agenda;
    KeyEvents key_events{stats};
    Databases databases;
    Effects effects{key_events, databases, clock};
    Sessions sessions;
    ClientMemory client_memory;
    Watches watches;
    BlockedClients blocked;
    Pause pause;
    Monitors monitors;
    PubSub pubsub;
    Notifications notifications{pubsub};
    Dispatcher dispatcher{options, clock, key_events, effects, databases, agenda, pubsub};
    const std::shared_ptr<const CommandTable> shared_commands;  ///< with all workspaces
    const CommandTable& commands{*shared_commands};
    access::Access access{options, commands, sessions, clock, stats};
    Faults faults;
    Evictor evictor{*this};
    Executor executor{*this};
    RunningScript running_script;
    const std::unique_ptr<Insight> insight;
    const std::unique_ptr<Tracking> tracking;
    const std::unique_ptr<scripting::Scripting> scripting;
    const std::unique_ptr<scripting::Functions> functions;
    const std::unique_ptr<Persistence> persistence;
    const std::unique_ptr<TestTools> test_tools;
    const std::unique_ptr<Workspaces> own_workspaces;  ///< nullptr: it is one itself
    Workspaces& workspaces;
    std::string workspace;  ///< its name; empty: the server itself

    /// Serves the other connections for a moment, in the middle of a request. Set by whoever has
    /// connections.
    std::function<void()> let_others_run;
    /// Lets time pass in which nothing happens and nobody is served. Set by whoever has a clock
    /// that runs; otherwise nothing passes.
    std::function<void(std::chrono::microseconds)> stand_still = [](auto) {};
    /// Takes the lines of redis.log(). Set by whoever has a log.
    std::function<void(LogLevel, std::string_view)> write_log;

    /// Tells how long commands take; its owner hands in one that runs. This one stands still.
    std::chrono::nanoseconds (*stopwatch)() = [] { return std::chrono::nanoseconds{}; };

    /// Listens as these options want it, before they hold. Returns why not, in Redis's words, and
    /// nothing has changed; empty if all went well. Set by whoever has sockets.
    std::function<std::string_view(const Options& wanted)> listen = [](const Options&) {
        return std::string_view{"Unable to listen on this port. Check server logs."};
    };

    /// Opens TLS as these options want it, before they hold. Returns why not, in Redis's words, and
    /// nothing has changed; empty if all went well. Set by whoever has sockets.
    std::function<std::string_view(const Options& wanted)> open_tls = [](const Options&) {
        return std::string_view{};
    };

    /// Who makes the changes to keys that are being told, if it is somebody who may not do
    /// everything.
    const access::User* changed_by = nullptr;

    /// When the server started, and the 40 hexadecimal digits that name this run.
    store::TimePoint started_at{};
    std::string run_id;

    /// Does what is due, so that no command sees anything overdue. Called before each command.
    void run_due()
    {
        if (agenda.is_due(clock.now_ms())) run_agenda();
    }

    /// Moves the server's time. On the way to a later moment everything happens that is due, in
    /// order, each at its own moment: keys expire, offers run out, clients have waited long enough.
    void travel_to(store::TimePoint moment);

    /// Registers a session and gives it its id; it must be closed before it is destroyed.
    void open(Session& session);
    void close(Session& session);

    /// Does what no request waits for, a bounded amount. True if there is more to do already.
    bool tick();

    /// Whether more memory was in use than `maxmemory` allows when the running command began, and
    /// none could be made free.
    bool over_memory_limit = false;

    /// The data are being read from their file: most commands are refused, and nothing is done by
    /// itself.
    bool loading = false;

    /// The data could not be saved, and changes are refused until they can: see
    /// stop-writes-on-bgsave-error.
    bool writes_stopped = false;

    /// Why the log of changes cannot be written, while that is so: changes are refused then.
    std::string log_error;

    /// Ends the server, though clients were promised otherwise: what it must keep cannot be kept.
    /// Set by its owner.
    std::function<void(std::string_view why)> give_up;

    /// In use when the first client could come.
    std::size_t memory_at_start = 0;

    /// The most memory in use at any look since the start; there is one every 100 ms.
    std::size_t memory_peak = 0;
    /// Looks, and returns what is in use now.
    std::size_t note_memory_peak();

    /// The calls are recorded, or restricted, by test_tools.
    bool is_observed = false;

    /// Disconnects the largest clients while all cost more than `maxmemory-clients` allows.
    void evict_clients()
    {
        if (client_memory.over_limit()) evict_largest_clients();
    }
    void evict(Session& session);

    /// From here on, a command's time is worth a look: slowlog-log-slower-than and
    /// latency-monitor-threshold, the lower of the two.
    std::chrono::nanoseconds slow_time = std::chrono::nanoseconds::max();

    /// Remembers something that took `took`, under its name for LATENCY, if that is long.
    void note_latency(std::string_view event, std::chrono::nanoseconds took);

    /// CLIENT PAUSE: holds requests back until `ends_at`, or longer if a pause holds already. Until
    /// then nothing changes by itself, either: keys whose time is over are only not seen any more,
    /// and open offers stay open.
    void pause_clients(Pause::Scope scope, store::Deadline ends_at);
    /// Ends the pause. What was held runs before the next request, or at the next tick.
    void unpause_clients();

    /// Tells the parts that go by settings of their own that options have changed.
    void options_changed();

    /// SHUTDOWN was asked for: the owner of the server stops it after this request.
    bool shutdown_requested = false;

private:
    Server(Options&& settings, std::shared_ptr<const CommandTable> table, Workspaces* beside);
    void run_agenda();
    void do_all_due();
    std::optional<store::Deadline> next_deadline() const;
    void evict_largest_clients();
    void limit_client_memory();
    void keep_all_keys(bool keep);
    void set_slow_time();

    Agenda::Item end_of_pause_;
    bool was_over_client_limit_ = false;
};

}  // namespace server
