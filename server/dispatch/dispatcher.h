#pragma once

#include <string_view>

#include "server/agenda.h"
#include "server/clients/pubsub.h"
#include "server/config/options.h"
#include "server/databases.h"
#include "server/dispatch/offer_timers.h"
#include "store/clock.h"
#include "store/dispatch/assignment.h"

namespace server {

/// What ASSIGN needs beside the rules in store/dispatch: ends offers on time, and publishes what
/// happens to an order.
class Dispatcher final : private store::AssignmentListener
{
public:
    /// All of them must outlive it.
    Dispatcher(const Options& options, const store::Clock& clock, Databases& databases,
               Agenda& agenda, PubSub& pubsub)
        : options_(options), clock_(clock), databases_(databases), agenda_(agenda), pubsub_(pubsub)
    {}

    /// The orders of a database.
    store::Assignments assignments(store::Keyspace& keys);

    const OfferTimers& offers() const { return offers_; }

    /// Two databases were exchanged, with the orders in them.
    void swap_databases(int first, int second) { offers_.swap_databases(first, second); }

private:
    void order_changed(int database, std::string_view order, store::AssignmentEvent event,
                       const store::AssignmentRecord& record) override;
    void publish(std::string_view order, store::AssignmentEvent event,
                 const store::AssignmentRecord& record);
    void wake_for_next_offer();
    void end_due_offers();

    const Options& options_;
    const store::Clock& clock_;
    Databases& databases_;
    Agenda& agenda_;
    PubSub& pubsub_;
    OfferTimers offers_;
    Agenda::Item wake_up_;  ///< at the earliest end of an offer
    store::Deadline wakes_at_{};
};

}  // namespace server
