#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "store/clock.h"

namespace server {

/// Which offers of orders are open, and when each runs out. An index of the orders' records, which
/// are the truth: whoever reads from here looks at the record before he acts.
class OfferTimers
{
public:
    struct Offer
    {
        store::Deadline deadline;
        int database;
        std::string order;

        auto operator<=>(const Offer&) const = default;
    };

    /// An order has an open offer until `deadline`, instead of the one it had.
    void set(int database, std::string_view order, store::Deadline deadline)
    {
        clear(database, order);
        by_order_.emplace(std::pair{database, std::string{order}}, deadline);
        by_deadline_.insert({deadline, database, std::string{order}});
    }

    /// The order has no open offer any more.
    void clear(int database, std::string_view order)
    {
        const auto found = by_order_.find({database, std::string{order}});
        if (found == by_order_.end()) return;
        by_deadline_.erase({found->second, database, found->first.second});
        by_order_.erase(found);
    }

    /// Exchanges the offers of two databases.
    void swap_databases(int first, int second)
    {
        std::map<std::pair<int, std::string>, store::Deadline> by_order;
        by_deadline_.clear();
        for (const auto& [order, deadline] : by_order_) {
            int database = order.first;
            if (database == first || database == second) database = first + second - database;
            by_order.insert({{database, order.second}, deadline});
            by_deadline_.insert({deadline, database, order.second});
        }
        by_order_ = std::move(by_order);
    }

    /// Takes out an offer whose time is over, the earliest first; nothing if there is none.
    std::optional<Offer> take_due(store::Deadline now)
    {
        if (by_deadline_.empty() || by_deadline_.begin()->deadline > now) return std::nullopt;
        Offer offer = *by_deadline_.begin();
        clear(offer.database, offer.order);
        return offer;
    }

    /// All offers, soonest deadline first.
    const std::set<Offer>& all() const { return by_deadline_; }

private:
    std::map<std::pair<int, std::string>, store::Deadline> by_order_;
    std::set<Offer> by_deadline_;
};

}  // namespace server
