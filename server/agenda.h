#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "store/clock.h"

namespace server {

/// What is due, and when: the one list of timers of the server (offers that end, clients that stop
/// waiting). Its owner runs what is due before each command and at each tick, so that no command
/// sees anything that is overdue.
class Agenda
{
public:
    using Action = std::function<void()>;

    /// Names an item until it has run or was cancelled.
    class Item
    {
    public:
        Item() = default;
        /// False for an item that names nothing.
        explicit operator bool() const { return number_ != 0; }
        auto operator<=>(const Item&) const = default;

    private:
        friend class Agenda;
        Item(store::Deadline deadline, std::uint64_t number) : deadline_(deadline), number_(number)
        {}

        store::Deadline deadline_{};
        std::uint64_t number_ = 0;
    };

    /// Runs `action` once, at `deadline` or soon after it; what has one deadline runs in the order
    /// in which it was added. The action may add and cancel items. It must not throw.
    Item add(store::Deadline deadline, Action action)
    {
        const Item item{deadline, ++last_number_};
        items_.emplace(item, std::move(action));
        return item;
    }

    /// Takes the item off the list, if it is still there.
    void cancel(const Item& item) { items_.erase(item); }

    bool is_due(store::Deadline now) const
    {
        return !items_.empty() && items_.begin()->first.deadline_ <= now;
    }

    /// Runs what is due, earliest first, at most `limit` items; returns how many.
    std::size_t run_due(store::Deadline now, std::size_t limit)
    {
        std::size_t count = 0;
        for (; count < limit && is_due(now); ++count) {
            const Action action = std::move(items_.begin()->second);
            items_.erase(items_.begin());
            action();
        }
        return count;
    }

    /// The earliest deadline of all.
    std::optional<store::Deadline> next_deadline() const
    {
        if (items_.empty()) return std::nullopt;
        return items_.begin()->first.deadline_;
    }

    std::size_t size() const { return items_.size(); }

private:
    std::map<Item, Action> items_;
    std::uint64_t last_number_ = 0;
};

}  // namespace server
