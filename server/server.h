#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/catalogue/command_table.h"
#include "server/clients/pubsub.h"
#include "server/clients/sessions.h"
#include "server/clients/watches.h"
#include "server/config/options.h"
#include "server/dispatch/offer_timers.h"
#include "server/execution/executor.h"
#include "server/stats.h"
#include "store/clock.h"
#include "store/dispatch/assignment.h"
#include "store/keyspace.h"
#include "store/random.h"

namespace server {

/// The whole server but for its sockets: the data, the settings, the sessions, and the executor
/// that brings requests to them. Tests drive it with a clock of their own.
class Server : private store::Observer, private store::AssignmentListener
{
public:
    /// The databases are made for the clock's beginning: set the clock before the first request.
    explicit Server(Options settings);
    ~Server() override;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    Options options;
    store::Clock clock;
    store::Random random;
    Stats stats;
    Sessions sessions;
    Watches watches;
    PubSub pubsub;
    const CommandTable commands;
    Executor executor{*this};

    /// When the server started, and the 40 hexadecimal digits that name this run.
    store::TimePoint started_at{};
    std::string run_id;

    store::Keyspace& database(int index) { return *databases_[static_cast<std::size_t>(index)]; }
    int database_count() const { return static_cast<int>(databases_.size()); }

    /// The orders of a database.
    store::Assignments assignments(store::Keyspace& keys);
    const OfferTimers& offers() const { return offers_; }

    /// Ends the offers whose time is over. Called before each command, so that no command sees one.
    void end_due_offers()
    {
        if (!offers_.all().empty()) end_offers_due_now();
    }

    /// Registers a session and gives it its id; it must be closed before it is destroyed.
    void open(Session& session);
    void close(Session& session);

    /// Does what no request waits for: removes expired keys, and frees what was large, a bounded
    /// number, so that no client waits for a million. True if there is more to do already.
    bool tick();

    /// SHUTDOWN was asked for: whoever carries the server stops it after this request.
    bool shutdown_requested = false;

private:
    void key_changed(int database, std::string_view key, store::Change change) override;
    void database_cleared(int database) override;
    void order_changed(int database, std::string_view order, store::AssignmentEvent event,
                       const store::AssignmentRecord& record) override;
    void end_offers_due_now();
    void announce(std::string_view order, store::AssignmentEvent event,
                  const store::AssignmentRecord& record);

    OfferTimers offers_;

    std::vector<std::unique_ptr<store::Keyspace>> databases_;
};

}  // namespace server
