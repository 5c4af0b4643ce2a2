#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/allocator.h"
#include "server/clients/client_line.h"
#include "server/clients/tracking.h"
#include "server/dispatch/search_keys.h"
#include "server/insight/insight.h"
#include "server/persistence/persistence.h"
#include "server/scripting/functions.h"
#include "server/scripting/scripting.h"
#include "server/testing/test_tools.h"
#include "server/workspaces/workspaces.h"

namespace server {

namespace {

std::string make_run_id(store::Random& random)
{
    return fmt::format("{:016x}{:016x}{:08x}", random.next(), random.next(),
                       static_cast<std::uint32_t>(random.next()));
}

}  // namespace

Server::Server(Options settings, std::span<const Command> more_commands)
    : Server(std::move(settings),
             std::make_shared<const CommandTable>(
                 more_commands, settings.renamed_commands,
                 [dialect = Dialect{settings.speak_as}](const Command& row) {
                     return dialect.knows(row);
                 }),
             nullptr)
{}

Server::Server(Options settings, Workspaces& beside)
    : Server(std::move(settings), beside.home().shared_commands, &beside)
{}

Server::Server(Options&& settings, std::shared_ptr<const CommandTable> table, Workspaces* beside)
    : options(std::move(settings)),
      random(options.seed),
      databases(options.databases, clock, random, key_events),
      shared_commands(std::move(table)),
      insight(std::make_unique<Insight>()),
      tracking(std::make_unique<Tracking>(options, sessions, clock, agenda)),
      scripting(std::make_unique<scripting::Scripting>(*this)),
      functions(std::make_unique<scripting::Functions>(*this)),
      persistence(std::make_unique<Persistence>(*this)),
      test_tools(std::make_unique<TestTools>(databases)),
      own_workspaces(beside == nullptr ? std::make_unique<Workspaces>(*this) : nullptr),
      workspaces(beside == nullptr ? *own_workspaces : *beside),
      run_id(make_run_id(random))
{
    stats.commands.resize(commands.all().size());
    dispatcher.may_follow = [this](const store::AssignmentRecord& record) {
        if (changed_by == nullptr) return true;
        std::vector<DerivedKey> keys;
        add_record_keys(record, keys);
        return changed_by->may_touch(keys);
    };
    evictor.spares = [this](int database, std::string_view key) {
        return dispatcher.needs(database, key);
    };
    // Whom changes to keys are told, in this order.
    key_events.subscribe(watches);
    key_events.subscribe(blocked);
    key_events.subscribe(notifications);
    key_events.subscribe(*tracking);
    options_changed();
    key_events.subscribe(dispatcher);
    dispatcher.start();
}

Server::~Server() = default;

void Server::open(Session& session)
{
    session.server = this;
    client_memory.add(session);
    sessions.add(session);
    access.begin(session);
    session.connected_at = session.last_request_at = clock.now();
    ++stats.connections_received;
}

void Server::close(Session& session)
{
    if (const auto wait = blocked.release(session)) agenda.cancel(wait->time_limit);
    pause.forget(session);
    monitors.forget(session);
    tracking->stop(session);
    watches.unwatch(session);
    pubsub.forget(session);
    sessions.remove(session);
    client_memory.remove(session);
}

void Server::run_agenda()
{
    if (running_script.running || loading) return;  // a script is one moment
    constexpr std::size_t kMaxItems = 100;
    agenda.run_due(clock.now_ms(), kMaxItems);
    key_events.tell();
    executor.begin_turn();  // this time is not the next command's
}

void Server::travel_to(store::TimePoint moment)
{
    do_all_due();
    for (auto next = next_deadline(); next && *next <= moment; next = next_deadline()) {
        timekeeper.shift(*next - clock.now());
        do_all_due();
    }
    timekeeper.shift(moment - clock.now());
}

std::optional<store::Deadline> Server::next_deadline() const
{
    auto next = agenda.next_deadline();
    const auto of_data = databases.next_deadline();
    const bool expires = databases.expire_in_background && !pause.active();
    if (of_data && expires && (!next || *of_data < *next)) next = of_data;
    return next;
}

/// What is due now, and what that makes due at once.
void Server::do_all_due()
{
    do {
        run_agenda();
        dispatcher.look_after_all();
    } while (agenda.is_due(clock.now_ms()));
    if (databases.expire_in_background) databases.expire_all_due();
    key_events.tell();
}

bool Server::tick()
{
    if (running_script.running || loading) return false;
    run_due();
    const bool more_to_evict = evictor.tick();
    if (stats.sample(clock.now())) note_memory_peak();
    const bool more_orders = dispatcher.look_after_some();
    const bool more_watches = watches.tidy();
    const bool more_to_save = persistence->tick();
    const auto began = stopwatch();
    const bool more =
        databases.tidy() || more_orders || more_watches || more_to_save || more_to_evict;
    const auto took = stopwatch() - began;
    stats.expire_time += took;
    note_latency("expire-cycle", took);
    key_events.tell();
    executor.serve_blocked();
    return more || agenda.is_due(clock.now_ms());
}

void Server::options_changed()
{
    access.options_changed();
    notifications.choose(options.notify_keyspace_events);
    for (int index = 0; index < databases.count(); ++index)
        databases[index].report_also(notifications.also());
    limit_client_memory();
    persistence->options_changed();
    evictor.options_changed();
    set_slow_time();
    is_observed = options.strict != "no" || test_tools->calls.running() || !dialect.is_default();
}

void Server::set_slow_time()
{
    slow_time = std::chrono::nanoseconds::max();
    const auto at_most = [&](std::int64_t limit, auto unit) {
        if (limit < slow_time / unit) slow_time = limit * unit;
    };
    const std::int64_t slow_log = options.slowlog_log_slower_than;
    const std::int64_t latency = options.latency_monitor_threshold;
    if (slow_log >= 0) at_most(slow_log, std::chrono::microseconds{1});
    if (latency > 0) at_most(latency, std::chrono::milliseconds{1});
}

void Server::note_latency(std::string_view event, std::chrono::nanoseconds took)
{
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took);
    const std::int64_t threshold = options.latency_monitor_threshold;
    if (threshold > 0 && ms.count() >= threshold) insight->latency.add(event, clock.now(), ms);
}

// What the clients cost was perhaps not counted until now.
void Server::limit_client_memory()
{
    const std::size_t limit = max_client_bytes(options);
    if (limit == client_memory.limit()) return;
    client_memory.set_limit(limit);
    for (const auto& [id, session] : sessions) client_memory.update(*session);
}

void Server::evict_largest_clients()
{
    while (client_memory.over_limit()) {
        Session* const largest = client_memory.largest();
        if (largest == nullptr) break;
        evict(*largest);
    }
    const bool still_over = client_memory.over_limit();
    if (still_over && !was_over_client_limit_ && write_log)
        write_log(LogLevel::Warning, "Over client maxmemory after evicting all evictable clients");
    was_over_client_limit_ = still_over;
}

void Server::evict(Session& session)
{
    if (session.evicted) return;
    if (write_log) {
        std::string line = client_line(session, clock.now());
        line.pop_back();  // the log has line feeds of its own
        write_log(LogLevel::Notice, "Evicting client: " + line);
    }
    ++stats.clients_evicted;
    session.evicted = true;
    client_memory.update(session);
    session.peer->evict();
}

void Server::pause_clients(Pause::Scope scope, store::Deadline ends_at)
{
    pause.begin(scope, ends_at);
    keep_all_keys(true);
    agenda.cancel(end_of_pause_);
    end_of_pause_ = agenda.add(pause.ends_at(), [this] { unpause_clients(); });
}

void Server::unpause_clients()
{
    agenda.cancel(end_of_pause_);
    pause.end();
    keep_all_keys(false);
    // Not in the middle of CLIENT UNPAUSE, or of the transaction that it is part of.
    agenda.add(clock.now_ms(), [this] {
        executor.run_held(pause.held());
        pause.over();
    });
}

void Server::keep_all_keys(bool keep)
{
    for (int index = 0; index < databases.count(); ++index) databases[index].keep_expired(keep);
    dispatcher.let_orders_rest(keep);
}

std::size_t Server::note_memory_peak()
{
    const std::size_t bytes = allocated_bytes();
    memory_peak = std::max(memory_peak, bytes);
    return bytes;
}

}  // namespace server
