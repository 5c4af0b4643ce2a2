#include "server/dispatch/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "server/dispatch/assign_events.h"
#include "store/dispatch/assignment_search.h"

namespace server {

namespace {

/// How many orders are looked after between two requests: each takes some 20 or 30 us, and a client
/// may meet two or three such slices.
constexpr std::size_t kMaxAtOnce = 25;

/// Whether the event may be that of a record which came from elsewhere, under a new name.
bool is_arrival(const store::KeyEvent& event)
{
    return event.type == store::kTypeOf<store::Hash> && event.change == store::Change::Arrived;
}

/// The most frequent changes, which take nothing from an order: a driver moves, or comes.
bool is_harmless(const store::KeyEvent& event)
{
    return event.change == store::Change::Modified &&
           ((event.type == store::kTypeOf<store::SortedSet> && event.name == "zadd") ||
            (event.type == store::kTypeOf<store::Set> && event.name == "sadd"));
}

/// To hold a driver until the end takes no more than the lock that the order has already.
bool only_holds(const OpenOrder* before, const store::AssignmentRecord& record)
{
    return before != nullptr && !before->is_offered() &&
           record.state == store::AssignmentState::Assigned &&
           before->lock == record.reservation->lock;
}

}  // namespace

store::Assignments Dispatcher::rules(store::Keyspace& keys)
{
    return {keys, *this, asked_, stats_.searches,
            std::chrono::seconds{options_.assign_record_ttl_seconds}};
}

Dispatcher::Orders Dispatcher::orders(store::Keyspace& keys) { return {*this, keys}; }

Dispatcher::Orders Dispatcher::orders(store::Keyspace& keys, std::string_view order)
{
    const OpenOrder* open = open_.find(keys.index(), order);
    if (open == nullptr && keys.holds(order)) {
        read_again(keys.index(), order);  // a record that was written by hand
        open = open_.find(keys.index(), order);
    }
    const bool is_due = open != nullptr && open->wakes_at <= clock_.now_ms();
    if (is_due && !resting_) look_after(keys.index(), order);
    return {*this, keys};
}

void Dispatcher::watch_locks(int database, std::string_view geo, std::string_view pattern)
{
    if (locks_.add(database, geo, pattern)) follow_open_orders();
}

bool Dispatcher::needs(int database, std::string_view key) const
{
    if (open_.concerns(database, key) || locks_.may_be_lock(database, key)) return true;
    const store::Keyspace& keys = databases_[database];
    const auto is_sorted_set = [&](std::string_view name) {
        return store::get_if<store::SortedSet>(keys.peek_entry(name)) != nullptr;
    };
    if (const auto geo = store::geo_of_token_key(key)) return is_sorted_set(*geo);
    return is_sorted_set(key) && keys.peek_entry(store::token_key(key)) != nullptr;
}

void Dispatcher::let_orders_rest(bool rest)
{
    resting_ = rest;
    follow_open_orders();
}

bool Dispatcher::look_after_some()
{
    if (resting_) return false;
    // One moment of the clock is one request or one wake-up, whatever it sets off.
    if (clock_.now() != budget_.at) budget_ = {clock_.now(), kMaxAtOnce};
    const store::Deadline now = clock_.now_ms();
    const auto due = open_.due(now, budget_.orders);
    budget_.orders -= due.size();
    for (const auto& [database, order] : due) look_after(database, order);
    follow_open_orders();
    return open_.next_wake().value_or(store::Deadline::max()) <= now;
}

void Dispatcher::look_after_all()
{
    do {
        budget_ = {clock_.now(), kMaxAtOnce};
    } while (look_after_some());
}

/// What happens here is time's doing, or that of the change which made it necessary, and not part
/// of a command that may fail.
void Dispatcher::look_after(int database, std::string_view order)
{
    {
        const KeyEvents::ByServer by_server{key_events_, "hset"};
        const Acting acting{*this};
        const OpenOrder* open = open_.find(database, order);
        rules(databases_[database])
            .look_after(order, open != nullptr ? open->seen : store::LastSeen{});
    }
    const OpenOrder* open = open_.find(database, order);
    if (open != nullptr && open->wakes_at <= clock_.now_ms()) read_again(database, order);
}

/// The order is not open any more.
void Dispatcher::close(int database, std::string_view order)
{
    asked_.forget(databases_[database], order);
    open_.erase(database, order);
}

/// The index says of the order what its record says now.
void Dispatcher::read_again(int database, std::string_view order)
{
    store::Keyspace& keys = databases_[database];
    const OpenOrder* before = open_.find(database, order);
    auto orders = rules(keys);
    const auto record = orders.find(order);
    const bool is_open = record && record->is_open();
    const bool is_allowed =
        !may_follow || !is_open || only_holds(before, *record) || may_follow(*record);
    if (!is_allowed) {
        close(database, order);
    } else if (is_open) {
        if (before != nullptr && before->lock != record->reservation->lock) {
            const Acting acting{*this};
            orders.release_lock(order, before->lock);
        }
        const auto asked_at = before != nullptr ? before->asked_at : record->since;
        open_.put(database, order, *record, asked_at, orders.next_look(*record->reservation),
                  orders.holds_driver(order, *record->reservation));
    } else if (before != nullptr && !record && keys.find_if_type<store::Hash>(order) != nullptr) {
        // A record that was spoiled by hand may be mended by hand; until then it is left alone.
        open_.wake_at(database, order, store::Deadline::max());
    } else if (before != nullptr) {
        const Acting acting{*this};
        orders.release_lock(order, before->lock);
        close(database, order);
    }
    follow_open_orders();
}

void Dispatcher::order_changed(int database, std::string_view order, store::AssignmentEvent event,
                               const store::AssignmentRecord& record, std::string_view reason)
{
    announce(database, order, event, record, reason);
    using store::AssignmentEvent;
    const store::Deadline since = asked_at(database, order);
    searching_ = {};
    if (event == AssignmentEvent::Assigned) {
        stats_.ms_to_assignment.add((clock_.now_ms() - since).count());
        asked_.forget(databases_[database], order);
    }
    if (event == AssignmentEvent::Offered || event == AssignmentEvent::Assigned) {
        open_.put(database, order, record, since, record.reservation->expires_at, true);
    } else {
        const bool goes_on = event == AssignmentEvent::Rejected ||
                             event == AssignmentEvent::TimedOut || event == AssignmentEvent::Lost;
        if (goes_on) {
            open_.erase(database, order);
            searching_ = {database, std::string{order}, since};
        } else {
            close(database, order);
        }
    }
    follow_open_orders();
}

/// Offers that end together are looked after one by one. Of a driver who comes to another order
/// meanwhile, listeners hear first that the former offer is over.
void Dispatcher::driver_taken(int database, std::string_view order, std::string_view lock)
{
    for (const auto& [_, former] : open_.of_lock(database, lock)) {
        if (former == order || open_.find(database, former)->seen.end_told) continue;
        const auto ended = rules(databases_[database]).ended_offer(former);
        if (!ended) continue;
        announce(database, former, ended->event, ended->record, ended->reason);
        open_.set_end_told(database, former);
    }
}

/// Whoever listens, and the statistics.
void Dispatcher::announce(int database, std::string_view order, store::AssignmentEvent event,
                          const store::AssignmentRecord& record, std::string_view reason)
{
    publish(order, event, record, reason);
    if (watcher_ != nullptr) watcher_->order_changed(database, order, event, record, reason);
    ++stats_.of(event);
}

/// When the search for the order's driver began; now, if it begins.
store::Deadline Dispatcher::asked_at(int database, std::string_view order) const
{
    if (const OpenOrder* const open = open_.find(database, order)) return open->asked_at;
    const bool goes_on = searching_.database == database && searching_.order == order;
    return goes_on ? searching_.asked_at : clock_.now_ms();
}

void Dispatcher::publish(std::string_view order, store::AssignmentEvent event,
                         const store::AssignmentRecord& record, std::string_view reason)
{
    if (pubsub_.silent()) return;
    const std::string message = to_json(order, event, record, reason, clock_.now());
    pubsub_.publish(fmt::format("assign:{}", order), message);
    if (record.reservation)
        pubsub_.publish(fmt::format("assign:{}", record.reservation->driver), message);
}

// Changes to keys

bool Dispatcher::wants(const store::KeyEvent& event) const
{
    if (event.change == store::Change::Cleared) return true;
    // What the rules change is known; but a driver who is taken may be offered another order, too.
    if (acting_) return !event.removed.empty() && open_.concerns(event.database, event.key);
    return !is_harmless(event) && (is_arrival(event) || may_be_new_lock(event) ||
                                   open_.concerns(event.database, event.key));
}

bool Dispatcher::may_be_new_lock(const store::KeyEvent& event) const
{
    return event.type == store::kTypeOf<store::String> &&
           (event.change == store::Change::Modified || event.change == store::Change::Arrived) &&
           locks_.may_be_lock(event.database, event.key);
}

void Dispatcher::key_changed(const store::KeyEvent& event)
{
    const auto& [database, key, change, name, type, removed, added] = event;
    if (change == store::Change::Cleared) {
        open_.clear(database);
        asked_.forget_all(database);
        return follow_open_orders();
    }
    if (is_arrival(event) || open_.find(database, key) != nullptr) order_key_changed(event);
    if (may_be_new_lock(event)) locks_.hide_driver_of(databases_[database], key);
    const auto holders = open_.of_lock(database, key);
    wake_now(holders);
    hold_again(holders);
    wake_now(removed.empty() ? open_.of_available(database, key)
                             : open_.of_driver(database, key, removed));
    look_after_some();
}

/// All open orders are looked after. A record that came under a new name is read when somebody
/// asks for it, as one that was written by hand.
void Dispatcher::changes_missed()
{
    renamed_.reset();
    open_.wake_all_at(clock_.now_ms());
    look_after_some();
}

/// An order that is renamed keeps its driver: the old name is told first, then the new one.
void Dispatcher::order_key_changed(const store::KeyEvent& event)
{
    const auto& [database, key, change, name, type, removed, added] = event;
    if (name == store::event::kRenamedFrom) {
        renamed_ = Renamed{database, std::string{key}, open_.find(database, key)->lock};
        return close(database, key);
    }
    if (name == store::event::kRenamedTo && renamed_ && renamed_->database == database) {
        const Acting acting{*this};
        // The order that had this name until now is gone, and holds its driver no more.
        if (const OpenOrder* overwritten = open_.find(database, key)) {
            const std::string lock = overwritten->lock;
            rules(databases_[database]).release_lock(key, lock);
            close(database, key);
        }
        rules(databases_[database]).rename_lock(renamed_->lock, renamed_->order, key);
    }
    renamed_.reset();
    read_again(database, key);
    if (open_.find(database, key) != nullptr) wake_now({{database, std::string{key}}});
}

/// Drivers on a trip are held again before anybody else has a turn: here no slice is large enough
/// to wait for the next one.
void Dispatcher::hold_again(const std::vector<OpenOrders::Name>& orders)
{
    if (resting_) return;
    for (const auto& [database, order] : orders)
        if (!open_.find(database, order)->is_offered()) look_after(database, order);
}

void Dispatcher::wake_now(const std::vector<OpenOrders::Name>& orders)
{
    const store::Deadline now = clock_.now_ms();
    for (const auto& [database, order] : orders)
        if (open_.find(database, order)->wakes_at > now) open_.wake_at(database, order, now);
}

// Time

/// To be called after every change to the open orders. While there is none, only a record that
/// arrives matters, and a lock.
void Dispatcher::follow_open_orders()
{
    store::Changes wanted{store::Change::Arrived};
    if (!locks_.empty()) wanted |= store::Changes{store::Change::Modified};
    listen(open_.size() == 0 ? wanted : store::Changes::all());
    const auto next = open_.next_wake();
    if (resting_ || !next || *next == store::Deadline::max()) return;
    // What is due already waits for the next millisecond, so that clients have their turns.
    wake_at(std::max(*next, clock_.now_ms() + std::chrono::milliseconds{1}));
}

/// Waking too early is cheaper than to change the agenda with each order.
void Dispatcher::wake_at(store::Deadline deadline)
{
    if (wake_up_ && wakes_at_ <= deadline) return;
    agenda_.cancel(wake_up_);
    wakes_at_ = deadline;
    wake_up_ = agenda_.add(deadline, [this] {
        wake_up_ = {};
        look_after_some();
    });
}

}  // namespace server
