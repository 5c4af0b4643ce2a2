#include "server/server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/allocator.h"
#include "server/scripting/scripting.h"

namespace server {

namespace {

std::string make_run_id(store::Random& random)
{
    return fmt::format("{:016x}{:016x}{:08x}", random.next(), random.next(),
                       static_cast<std::uint32_t>(random.next()));
}

}  // namespace

Server::Server(Options settings, std::span<const Command> more_commands)
    : options(std::move(settings)),
      random(options.seed),
      databases(options.databases, clock, key_events),
      commands(more_commands),
      scripting(std::make_unique<scripting::Scripting>(*this)),
      run_id(make_run_id(random))
{
    stats.commands.resize(commands.all().size());
    // Whom changes to keys are told, in this order.
    key_events.subscribe(watches);
    key_events.subscribe(blocked);
    key_events.subscribe(notifications);
    options_changed();
    key_events.subscribe(dispatcher);
    dispatcher.start();
}

Server::~Server() = default;

void Server::open(Session& session)
{
    sessions.add(session);
    session.authenticated = options.require_pass.empty();
    session.connected_at = session.last_request_at = clock.now();
    ++stats.connections_received;
}

void Server::close(Session& session)
{
    if (const auto wait = blocked.release(session)) agenda.cancel(wait->time_limit);
    watches.unwatch(session);
    pubsub.forget(session);
    sessions.remove(session);
}

void Server::run_agenda()
{
    if (running_script.running) return;  // a script is one moment
    constexpr std::size_t kMaxItems = 100;
    agenda.run_due(clock.now_ms(), kMaxItems);
    key_events.tell();
}

bool Server::tick()
{
    if (running_script.running) return false;
    run_due();
    look_at_memory();
    if (stats.sample(clock.now())) note_memory_peak();
    const bool more_orders = dispatcher.look_after_some();
    const bool more = databases.tidy() || more_orders;
    key_events.tell();
    executor.serve_blocked();
    return more || agenda.is_due(clock.now_ms());
}

void Server::options_changed()
{
    notifications.choose(options.notify_keyspace_events);
    look_at_memory();
}

std::size_t Server::note_memory_peak()
{
    const std::size_t bytes = allocated_bytes();
    memory_peak = std::max(memory_peak, bytes);
    return bytes;
}

void Server::look_at_memory()
{
    over_memory_limit = options.max_memory != 0 && allocated_bytes() > options.max_memory;
}

}  // namespace server
