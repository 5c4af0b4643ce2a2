#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/agenda.h"
#include "server/clients/pubsub.h"
#include "server/config/options.h"
#include "server/databases.h"
#include "server/dispatch/dispatch_stats.h"
#include "server/dispatch/lock_watch.h"
#include "server/dispatch/open_orders.h"
#include "server/effects.h"
#include "server/key_events.h"
#include "store/clock.h"
#include "store/dispatch/asked_drivers.h"
#include "store/dispatch/assignment.h"

namespace server {

/// What ASSIGN needs beside the rules in store/dispatch: looks after open orders when their time is
/// over or a key that they depend on was changed, and publishes what happens to an order.
class Dispatcher final : public KeySubscriber, private store::AssignmentListener
{
public:
    /// All of them must outlive it.
    Dispatcher(const Options& options, const store::Clock& clock, KeyEvents& key_events,
               Effects& effects, Databases& databases, Agenda& agenda, PubSub& pubsub)
        : options_(options),
          clock_(clock),
          key_events_(key_events),
          effects_(effects),
          databases_(databases),
          agenda_(agenda),
          pubsub_(pubsub)
    {}

    /// Begins to listen. REQUIRES that it was subscribed to the key events.
    void start() { follow_open_orders(); }

    /// The rules, while a command uses them. What they change meanwhile is known, and need not be
    /// told as an event.
    class Orders;

    /// The orders of a database. If `order` must be looked after by now, it has been.
    Orders orders(store::Keyspace& keys, std::string_view order);
    Orders orders(store::Keyspace& keys);

    /// ASSIGN searches this geo set, or may come to do so.
    void watch_locks(int database, std::string_view geo,
                     std::string_view pattern = store::kDefaultLockPattern);

    /// Tells this one, too, of every change of an order: in the middle of the command that made it,
    /// so it must leave the keyspace alone. nullptr: nobody. It outlives this, or says so.
    void tell(store::AssignmentListener* watcher) { watcher_ = watcher; }

    /// Visits the orders with open offers, the one that ends first first, until visit(order) says
    /// false.
    template <class Visit>
    void for_each_offer(int database, Visit&& visit) const
    {
        for (const OpenOrder* offer : open_.offers(database))
            if (!visit(std::string_view{offer->order})) return;
    }

    /// Asked of a record that somebody has written by hand, or brought under a new name: whether
    /// they may do all that the server would do for it. If not, the order is left alone. Not set:
    /// everybody may.
    std::function<bool(const store::AssignmentRecord&)> may_follow;

    /// How many orders are offered or assigned, in all databases.
    std::size_t open_orders() const { return open_.size(); }

    std::size_t open_offers() const { return open_.offered(); }

    const DispatchStats& stats() const { return stats_; }
    void reset_statistics() { stats_ = {}; }

    /// Two databases were exchanged, with the orders in them.
    void swap_databases(int first, int second)
    {
        open_.swap(first, second);
        asked_.swap(first, second);
        locks_.swap(first, second);
    }

    /// A hash was read from a file: if it is the record of an open order, that is looked after from
    /// here on. To be called once all the data are there.
    void record_loaded(int database, std::string_view key) { read_again(database, key); }

    /// Whether a key must stay, also when memory runs short: what open orders depend on (their
    /// records, the locks of their drivers, and the sets that a driver with an open offer must stay
    /// in), locks that other clients may have made of drivers, and of each city in which a driver
    /// was ever assigned the geo set and the last token.
    bool needs(int database, std::string_view key) const;

    /// While `rest` is true, no order is looked after, and none changes by itself.
    void let_orders_rest(bool rest);

    /// Looks after some of the orders that are due. True if more are.
    bool look_after_some();

    /// Looks after all of the orders that are due, however many.
    void look_after_all();

    void key_changed(const store::KeyEvent& event) override;
    bool wants(const store::KeyEvent& event) const override;
    void changes_missed() override;

private:
    class Acting;

    /// An order that was renamed, until its new name is told.
    struct Renamed
    {
        int database;
        std::string order;
        std::string lock;
    };

    /// An order whose offer has just ended, until its next driver is told.
    struct Searching
    {
        int database = -1;
        std::string order;
        store::Deadline asked_at{};
    };

    /// How many orders may still be looked after at this moment.
    struct Budget
    {
        store::TimePoint at{};
        std::size_t orders = 0;
    };

    store::Assignments rules(store::Keyspace& keys);
    void order_changed(int database, std::string_view order, store::AssignmentEvent event,
                       const store::AssignmentRecord& record, std::string_view reason) override;
    void driver_taken(int database, std::string_view order, std::string_view lock) override;
    bool wants_reasons() const override
    {
        return !pubsub_.silent() || (watcher_ != nullptr && watcher_->wants_reasons());
    }
    store::Deadline asked_at(int database, std::string_view order) const;
    void announce(int database, std::string_view order, store::AssignmentEvent event,
                  const store::AssignmentRecord& record, std::string_view reason);
    void publish(std::string_view order, store::AssignmentEvent event,
                 const store::AssignmentRecord& record, std::string_view reason);

    bool may_be_new_lock(const store::KeyEvent& event) const;
    void close(int database, std::string_view order);
    void look_after(int database, std::string_view order);
    void read_again(int database, std::string_view order);
    void order_key_changed(const store::KeyEvent& event);
    void hold_again(const std::vector<OpenOrders::Name>& orders);
    void wake_now(const std::vector<OpenOrders::Name>& orders);
    void follow_open_orders();
    void wake_at(store::Deadline deadline);

    const Options& options_;
    const store::Clock& clock_;
    KeyEvents& key_events_;
    Effects& effects_;
    Databases& databases_;
    Agenda& agenda_;
    PubSub& pubsub_;
    store::AssignmentListener* watcher_ = nullptr;
    OpenOrders open_;
    LockWatch locks_;
    store::AskedDrivers asked_;
    std::optional<Renamed> renamed_;
    bool acting_ = false;  ///< the rules are at work: their changes are known
    bool resting_ = false;
    DispatchStats stats_;
    Searching searching_;
    Budget budget_;
    Agenda::Item wake_up_;
    store::Deadline wakes_at_{};
};

/// While it lives, changes to keys are the rules'.
class Dispatcher::Acting
{
public:
    explicit Acting(Dispatcher& dispatcher)
        : dispatcher_(dispatcher),
          before_(std::exchange(dispatcher.acting_, true)),
          of_keys_(dispatcher.effects_)
    {}
    ~Acting() { dispatcher_.acting_ = before_; }
    Acting(const Acting&) = delete;
    Acting& operator=(const Acting&) = delete;

private:
    Dispatcher& dispatcher_;
    bool before_;
    Effects::OfKeys of_keys_;
};

class Dispatcher::Orders : public store::Assignments
{
public:
    Orders(Dispatcher& dispatcher, store::Keyspace& keys)
        : Assignments(dispatcher.rules(keys)), acting_(dispatcher)
    {}

private:
    Acting acting_;
};

}  // namespace server
