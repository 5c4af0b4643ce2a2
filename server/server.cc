#include "server/server.h"

#include <fmt/format.h>

#include <utility>

#include "server/dispatch/assign_events.h"

namespace server {

namespace {

std::string make_run_id(store::Random& random)
{
    return fmt::format("{:016x}{:016x}{:08x}", random.next(), random.next(),
                       static_cast<std::uint32_t>(random.next()));
}

}  // namespace

Server::Server(Options settings)
    : options(std::move(settings)), random(options.seed), run_id(make_run_id(random))
{
    store::Observer& observer = *this;
    for (int index = 0; index < options.databases; ++index)
        databases_.push_back(std::make_unique<store::Keyspace>(index, clock, observer));
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
    watches.unwatch(session);
    pubsub.forget(session);
    sessions.remove(session);
}

store::Assignments Server::assignments(store::Keyspace& keys)
{
    return {keys, *this, std::chrono::seconds{options.assign_record_ttl_seconds}};
}

void Server::end_offers_due_now()
{
    while (const auto offer = offers_.take_due(clock.now_ms()))
        assignments(database(offer->database)).time_out(offer->order);
}

bool Server::tick()
{
    end_due_offers();
    // A key that ends takes about half a microsecond, an element that is freed less than a tenth:
    // between two slices the clients have their turns.
    constexpr std::size_t kMostExpired = 200;
    constexpr std::size_t kMostFreed = 1000;
    bool more = false;
    for (const auto& database : databases_) {
        more |= database->expire_due(kMostExpired) == kMostExpired;
        more |= database->free_some(kMostFreed);
    }
    return more;
}

void Server::key_changed(int database, std::string_view key, store::Change change)
{
    // Time's doing, not a command's: a command that fails may well have met an expired key.
    ++(change == store::Change::Expired ? stats.keys_expired : stats.changes);
    watches.key_changed(database, key);
}

void Server::order_changed(int database, std::string_view order, store::AssignmentEvent event,
                           const store::AssignmentRecord& record)
{
    announce(order, event, record);
    if (record.state == store::AssignmentState::Offered && record.reservation) {
        offers_.set(database, order, record.reservation->expires_at);
    } else {
        offers_.clear(database, order);
    }
}

void Server::announce(std::string_view order, store::AssignmentEvent event,
                      const store::AssignmentRecord& record)
{
    if (pubsub.silent()) return;
    const std::string message = to_json(order, event, record, clock.now());
    pubsub.publish(fmt::format("assign:{}", order), message);
    if (record.reservation)
        pubsub.publish(fmt::format("assign:{}", record.reservation->driver), message);
}

void Server::database_cleared(int database)
{
    ++stats.changes;
    store::Keyspace& keys = this->database(database);
    watches.database_cleared(database, [&](std::string_view key) { return keys.holds(key); });
}

}  // namespace server
