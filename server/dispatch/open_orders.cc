#include "server/dispatch/open_orders.h"

#include <algorithm>
#include <new>
#include <tuple>

namespace server {

namespace {

OpenOrders::Name name_of(const OpenOrder& order) { return {order.database, order.order}; }

std::unique_ptr<OpenOrder> make(int database, std::string_view order,
                                const store::AssignmentRecord& record, store::Deadline asked_at,
                                store::Deadline wakes_at, bool holds)
{
    auto open = std::make_unique<OpenOrder>();
    open->database = database;
    open->order = order;
    open->lock = record.reservation->lock;
    open->asked_at = asked_at;
    open->expires_at = record.reservation->expires_at;
    open->wakes_at = wakes_at;
    open->seen.held_driver = holds;
    if (record.state != store::AssignmentState::Offered) return open;
    open->driver = record.reservation->driver;
    open->available = record.search.available;
    return open;
}

}  // namespace

void OpenOrders::put(int database, std::string_view order, const store::AssignmentRecord& record,
                     store::Deadline asked_at, store::Deadline wakes_at, bool holds)
{
    erase(database, order);
    auto open = make(database, order, record, asked_at, wakes_at, holds);
    OpenOrder* const added = open.get();
    Book& orders = book(database);
    const auto at = orders.by_order.try_emplace(added->order).first;
    try {
        file(orders, added);
    } catch (const std::bad_alloc&) {
        orders.by_order.erase(at);
        throw;
    }
    at->second = std::move(open);
}

void OpenOrders::erase(int database, std::string_view order)
{
    Book& orders = book(database);
    const auto found = orders.by_order.find(order);
    if (found == orders.by_order.end()) return;
    OpenOrder* const open = found->second.get();
    unfile(orders, open);
    const auto owned = std::move(found->second);  // its name is the map's key
    orders.by_order.erase(found);
}

const OpenOrder* OpenOrders::find(int database, std::string_view order) const
{
    const Book& orders = book(database);
    const auto found = orders.by_order.find(order);
    return found == orders.by_order.end() ? nullptr : found->second.get();
}

void OpenOrders::wake_at(int database, std::string_view order, store::Deadline deadline)
{
    OpenOrder& open = *book(database).by_order.find(order)->second;
    open.wakes_at = deadline;
    heap_.change(open.slot_, deadline);
}

void OpenOrders::set_end_told(int database, std::string_view order)
{
    book(database).by_order.find(order)->second->seen.end_told = true;
}

void OpenOrders::wake_all_at(store::Deadline deadline)
{
    for (const Book& orders : books_)
        for (const auto& [name, order] : orders.by_order)
            if (order->wakes_at > deadline) wake_at(order->database, name, deadline);
}

std::optional<store::Deadline> OpenOrders::next_wake() const
{
    if (heap_.empty()) return std::nullopt;
    return heap_.top().deadline;
}

std::vector<OpenOrders::Name> OpenOrders::due(store::Deadline now, std::size_t max)
{
    std::vector<OpenOrder*> taken;
    taken.reserve(std::min(max, heap_.size()));
    while (taken.size() < max && !heap_.empty() && heap_.top().deadline <= now) {
        taken.push_back(heap_.top().owner);
        heap_.erase(taken.back()->slot_);
    }
    for (OpenOrder* order : taken) heap_.push(order->wakes_at, order);
    std::sort(taken.begin(), taken.end(), [](const OpenOrder* a, const OpenOrder* b) {
        return std::tie(a->wakes_at, a->database, a->order) <
               std::tie(b->wakes_at, b->database, b->order);
    });
    std::vector<Name> names;
    names.reserve(taken.size());
    for (const OpenOrder* order : taken) names.push_back(name_of(*order));
    return names;
}

bool OpenOrders::concerns(int database, std::string_view key) const
{
    const Book& orders = book(database);
    return !orders.by_order.empty() &&
           (orders.by_order.contains(key) || orders.by_lock.contains(key) ||
            orders.by_available.contains(key));
}

std::vector<OpenOrders::Name> OpenOrders::of_lock(int database, std::string_view lock) const
{
    std::vector<Name> names;
    const Book& orders = book(database);
    const auto found = orders.by_lock.find(lock);
    if (found == orders.by_lock.end()) return names;
    for (const OpenOrder* order = found->second; order != nullptr; order = order->next_of_lock_)
        names.push_back(name_of(*order));
    return names;
}

std::vector<OpenOrders::Name> OpenOrders::of_available(int database,
                                                       std::string_view available) const
{
    std::vector<Name> names;
    const Offers* offers = offers_of(database, available);
    if (offers == nullptr) return names;
    for (const auto& [driver, order] : offers->by_driver) names.push_back(name_of(*order));
    return names;
}

std::vector<OpenOrders::Name> OpenOrders::of_driver(int database, std::string_view available,
                                                    std::string_view driver) const
{
    std::vector<Name> names;
    const Offers* offers = offers_of(database, available);
    if (offers == nullptr) return names;
    const auto [begin, end] = offers->by_driver.equal_range(driver);
    for (auto order = begin; order != end; ++order) names.push_back(name_of(*order->second));
    return names;
}

std::vector<const OpenOrder*> OpenOrders::offers(int database) const
{
    std::vector<const OpenOrder*> offers;
    for (const auto& [available, its_offers] : book(database).by_available)
        for (const auto& [driver, order] : its_offers->by_driver) offers.push_back(order);
    std::sort(offers.begin(), offers.end(), [](const OpenOrder* a, const OpenOrder* b) {
        return std::tie(a->expires_at, a->order) < std::tie(b->expires_at, b->order);
    });
    return offers;
}

void OpenOrders::clear(int database)
{
    Book& orders = book(database);
    for (const auto& [name, order] : orders.by_order) {
        heap_.erase(order->slot_);
        if (order->is_offered()) --offered_;
    }
    orders = {};
}

void OpenOrders::swap(int first, int second)
{
    book(std::max(first, second));
    std::swap(book(first), book(second));
    for (const int database : {first, second})
        for (const auto& [name, order] : book(database).by_order) order->database = database;
}

OpenOrders::Book& OpenOrders::book(int database)
{
    const auto index = static_cast<std::size_t>(database);
    if (index >= books_.size()) books_.resize(index + 1);
    return books_[index];
}

const OpenOrders::Book& OpenOrders::book(int database) const
{
    static const Book none;
    const auto index = static_cast<std::size_t>(database);
    return index < books_.size() ? books_[index] : none;
}

const OpenOrders::Offers* OpenOrders::offers_of(int database, std::string_view available) const
{
    const Book& orders = book(database);
    const auto found = orders.by_available.find(available);
    return found == orders.by_available.end() ? nullptr : found->second.get();
}

/// Makes it known by its time and by the keys that it depends on.
void OpenOrders::file(Book& book, OpenOrder* order)
{
    heap_.push(order->wakes_at, order);
    try {
        file_keys(book, order);
    } catch (const std::bad_alloc&) {
        heap_.erase(order->slot_);
        throw;
    }
}

void OpenOrders::file_keys(Book& book, OpenOrder* order)
{
    if (order->is_offered()) file_offer(book, order);
    try {
        const auto [first, is_only] = book.by_lock.try_emplace(order->lock, order);
        if (!is_only) order->next_of_lock_ = std::exchange(first->second->next_of_lock_, order);
    } catch (const std::bad_alloc&) {
        if (order->is_offered()) unfile_offer(book, order);
        throw;
    }
}

void OpenOrders::file_offer(Book& book, const OpenOrder* order)
{
    auto found = book.by_available.find(order->available);
    if (found == book.by_available.end()) {
        auto offers = std::make_unique<Offers>();
        offers->available = order->available;
        const std::string_view key = offers->available;
        found = book.by_available.emplace(key, std::move(offers)).first;
    }
    found->second->by_driver.emplace(order->driver, order);
    ++offered_;
}

void OpenOrders::unfile(Book& book, OpenOrder* order)
{
    heap_.erase(order->slot_);
    const auto first = book.by_lock.find(order->lock);
    if (first->second == order) {
        OpenOrder* const next = order->next_of_lock_;
        auto node = book.by_lock.extract(first);  // its key is a view of this order's
        if (next != nullptr) {
            node.key() = next->lock;
            node.mapped() = next;
            book.by_lock.insert(std::move(node));
        }
    } else {
        OpenOrder* before = first->second;
        while (before->next_of_lock_ != order) before = before->next_of_lock_;
        before->next_of_lock_ = order->next_of_lock_;
    }
    if (order->is_offered()) unfile_offer(book, order);
}

void OpenOrders::unfile_offer(Book& book, const OpenOrder* order)
{
    const auto offers = book.by_available.find(order->available);
    auto& by_driver = offers->second->by_driver;
    auto found = by_driver.find(order->driver);
    while (found->second != order) ++found;
    by_driver.erase(found);
    --offered_;
    if (!by_driver.empty()) return;
    const auto owned = std::move(offers->second);
    book.by_available.erase(offers);
}

}  // namespace server
