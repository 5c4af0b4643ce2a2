#include "server/server.h"

#include <utility>

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
    for (int index = 0; index < options.databases; ++index)
        databases_.push_back(std::make_unique<store::Keyspace>(index, clock, *this));
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
    sessions.remove(session);
}

bool Server::tick()
{
    // A key takes well under a microsecond: a slice stays under a millisecond.
    constexpr std::size_t kSlice = 1000;
    bool more = false;
    for (const auto& database : databases_) more |= database->expire_due(kSlice) == kSlice;
    return more;
}

void Server::key_changed(int database, std::string_view key, store::Change change)
{
    // Time's doing, not a command's: a command that fails may well have met an expired key.
    ++(change == store::Change::Expired ? stats.keys_expired : stats.changes);
    watches.key_changed(database, key);
}

void Server::database_cleared(int database)
{
    ++stats.changes;
    watches.database_cleared(database);
}

}  // namespace server
