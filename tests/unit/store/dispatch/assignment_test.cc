#include "store/dispatch/assignment.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <vector>

#include "store/error.h"
#include "store/geo/geo_search.h"
#include "store/random.h"

using namespace std::chrono_literals;

namespace {

constexpr store::Place kRestaurant{77.5946, 12.9716};

/// A database, and all that is told of its orders.
struct City : store::Observer, store::AssignmentListener
{
    void key_changed(const store::KeyEvent&, std::int64_t) noexcept override { ++changes; }
    void order_changed(int, std::string_view, store::AssignmentEvent event,
                       const store::AssignmentRecord& record, std::string_view) override
    {
        events.push_back(std::string{store::name_of(event)} + " " +
                         std::to_string(record.sequence));
    }

    bool wants_reasons() const override { return true; }

    void add(const std::string& driver, store::Place place, bool is_available = true)
    {
        auto geo = keys.edit<store::SortedSet>("geo");
        geo.changes += 1;
        geo->put(driver, static_cast<double>(store::cell_of(place)));
        if (!is_available) return;
        auto available = keys.edit<store::Set>("available");
        available.changes += available->add(driver);
    }

    std::optional<store::Candidate> find(std::string_view order,
                                         const store::AssignmentSearch& search,
                                         const std::vector<std::string>& tried)
    {
        store::MemberSet passed_over;
        passed_over.add(tried);
        return store::find_candidate(keys, order, search, {passed_over}, counts);
    }

    static store::AssignmentSearch search(double radius_m = 5000)
    {
        store::AssignmentSearch search;
        search.geo = "geo";
        search.available = "available";
        search.shape = store::Circle{kRestaurant, radius_m};
        return search;
    }

    store::Clock clock{store::TimePoint{1'700'000'000s}};
    store::Random chance{1};
    store::Usage usage{clock, chance};
    store::Keyspace keys{0, clock, usage, *this};
    store::SearchCounts counts;
    store::AskedDrivers asked;
    store::Assignments orders{keys, *this, asked, counts, 1h};
    std::vector<std::string> events;
    int changes = 0;
};

store::Reason reason_of(const std::function<void()>& operation)
{
    try {
        operation();
    } catch (const store::Error& error) {
        return error.reason();
    }
    FAIL("nothing was thrown");
    return {};
}

std::vector<std::pair<std::string, std::string>> pairs_of(const store::Hash& hash)
{
    std::vector<std::pair<std::string, std::string>> pairs;
    hash.for_each([&](auto field, auto value) { pairs.emplace_back(field, value); });
    return pairs;
}

}  // namespace

TEST_CASE("a lock's key is the pattern with the driver's name in place of the first star")
{
    CHECK(store::lock_key("agent:*:lock", "driver:D4") == "agent:D4:lock");
    CHECK(store::lock_key("agent:*:lock", "D4") == "agent:D4:lock");
    CHECK(store::lock_key("*", "a:b:c") == "b:c");
    CHECK(store::lock_key("{*}*", "driver:") == "{}*");
}

TEST_CASE("the one free driver is found behind any number of busy ones")
{
    // The search goes outward at first, and through the available ones when it has met too many.
    for (const int busy : {0, 10, 63, 64, 65, 66, 1000}) {
        City city;
        for (int i = 0; i < busy; ++i)
            city.add("busy" + std::to_string(i), {77.5946 + i * 1e-6, 12.9716}, false);
        city.add("far", {77.6200, 12.9716});
        city.add("free", {77.6100, 12.9716});
        INFO(busy);
        const auto found = city.find("order", City::search(), {});
        REQUIRE(found);
        CHECK(found->member == "free");
        CHECK(city.find("order", City::search(), {"free"})->member == "far");
        CHECK_FALSE(city.find("order", City::search(), {"free", "far"}));
    }
}

TEST_CASE("whatever share is available, the nearest of them are asked in order")
{
    store::Random random{61};
    for (const std::size_t drivers : {30, 300, 3000}) {
        for (const std::size_t one_in : {1, 3, 20, 500}) {
            INFO(drivers << " drivers, one of " << one_in << " available");
            City city;
            const auto off = [&] { return 1e-5 * static_cast<double>(random.below(4000)) - 0.02; };
            for (std::size_t i = 0; i < drivers; ++i)
                city.add("d" + std::to_string(i),
                         {kRestaurant.longitude + off(), kRestaurant.latitude + off()},
                         random.below(one_in) == 0);
            const auto search = City::search(1500);
            std::vector<std::string> expected;
            store::NearestSearch everybody{*city.keys.find<store::SortedSet>("geo"), search.shape};
            const auto* available = city.keys.find<store::Set>("available");
            while (const auto found = everybody.next())
                if (available != nullptr && available->contains(found->member))
                    expected.emplace_back(found->member);

            std::vector<std::string> asked;
            while (asked.size() < 50) {
                const auto found = city.find("order", search, asked);
                if (!found) break;
                asked.push_back(found->member);
            }
            expected.resize(std::min<std::size_t>(expected.size(), 50));
            CHECK(asked == expected);
        }
    }
}

TEST_CASE("the last hidden driver may be shown in the middle of a search")
{
    City city;
    const auto end = city.clock.now_ms() + 1000ms;
    city.add("a:1", kRestaurant);
    city.keys.put_string("agent:1:lock", "order:other", {.deadline = end});
    REQUIRE_FALSE(city.find("order", City::search(), {}));  // now a:1 is hidden
    for (int i = 0; i < 100; ++i)                           // which are due first
        city.keys.put_string("key" + std::to_string(i), "", {.deadline = end - 1ms});
    city.add("b:1", {77.5947, 12.9716});  // has the same lock
    city.add("c:2", {77.5948, 12.9716});
    city.clock.advance(1000ms);

    auto search = City::search();
    search.strategy = store::Strategy::Rating;
    const auto found = city.find("order", search, {});
    REQUIRE(found);
    CHECK(found->member == "b:1");
    CHECK(city.find("order", search, {})->member == "a:1");
}

TEST_CASE("declined and locked drivers are left out, many at once, in any order")
{
    City city;
    store::AssignmentSearch search = City::search();
    std::vector<std::string> declined, expected;
    for (int i = 0; i < 300; ++i) {
        const auto driver = "d" + std::to_string(i);
        city.add(driver, {77.5946 + i * 1e-5, 12.9716}, i % 7 != 6);
        if (i % 3 == 0) declined.push_back(driver);
        if (i % 3 == 1) city.keys.put_string("agent:" + driver + ":lock", "order:other");
        if (i % 5 == 4) search.skip.add(driver);
        if (i % 3 == 2 && i % 5 != 4 && i % 7 != 6) expected.push_back(driver);
    }
    std::vector<std::string> asked;
    while (const auto found = city.find("order", search, declined)) {
        asked.push_back(found->member);
        declined.push_back(found->member);
    }
    CHECK(asked == expected);
}

TEST_CASE("a locked driver costs a search once")
{
    City city;
    for (int i = 0; i < 1000; ++i) {
        city.add("d" + std::to_string(i), {77.5946 + i * 1e-6, 12.9716});
        city.keys.put_string("agent:d" + std::to_string(i) + ":lock", "order:other");
    }
    city.add("free", {77.6100, 12.9716});
    const auto* geo = city.keys.find<store::SortedSet>("geo");
    CHECK(geo->hidden(store::kDefaultLockPattern) == nullptr);
    for (int times = 0; times < 2; ++times) {
        CHECK(city.find("order", City::search(), {})->member == "free");
        REQUIRE(geo->hidden(store::kDefaultLockPattern) != nullptr);
        CHECK(geo->hidden(store::kDefaultLockPattern)->size() == 1000);
    }
    auto search = City::search();
    search.lock_pattern = "other:*";
    CHECK(city.find("order", search, {})->member == "d0");
    city.keys.erase("agent:d7:lock");
    CHECK(city.find("order", City::search(), {})->member == "d7");
}

TEST_CASE("drivers at one place are asked in the order of their names")
{
    City city;
    for (const char* driver : {"c", "a", "b"}) city.add(driver, {77.6, 12.97});
    std::string asked;
    std::vector<std::string> tried;
    while (const auto found = city.find("order", City::search(), tried)) {
        asked += found->member;
        tried.push_back(found->member);
    }
    CHECK(asked == "abc");
}

TEST_CASE("the order's own key and the token counter can be nobody's lock")
{
    City city;
    city.add("driver:a", {77.6, 12.97});
    auto search = City::search();
    search.lock_pattern = "geo:*oken";
    city.add("driver:t", {77.6, 12.97});
    CHECK(city.find("order", search, {})->member == "driver:a");
    CHECK_FALSE(city.find("geo:aoken", search, {}));
}

TEST_CASE("a rating is read like SORT's BY, and is 0 if it is no number")
{
    City city;
    const auto rate = [&](std::string_view key, std::string_view text) {
        auto hash = city.keys.edit<store::Hash>(key);
        hash.changes += 1;
        hash->set("rating", text);
    };
    rate("anna", "4.5");
    rate("ben", "excellent");
    city.keys.put_string("score:anna", "3");
    CHECK(store::rating_of(city.keys, "*->rating", "anna") == 4.5);
    CHECK(store::rating_of(city.keys, "*->rating", "ben") == 0);
    CHECK(store::rating_of(city.keys, "*->rating", "nobody") == 0);
    CHECK(store::rating_of(city.keys, "score:*", "anna") == 3);
    CHECK(store::rating_of(city.keys, "*", "anna") == 0);
    CHECK(store::rating_of(city.keys, "score:anna", "anna") == 0);
}

TEST_CASE("a refused operation has changed nothing and told nobody")
{
    City city;
    city.add("driver:a", {77.6, 12.97});
    auto search = City::search();
    search.offer = true;
    const auto token = city.orders.begin("order", search)->token;
    city.keys.erase("agent:a:lock");
    city.keys.put_string("text", "value");
    const int changes = city.changes;
    const auto events = city.events;

    CHECK(reason_of([&] { city.orders.accept("order", token); }) == store::Reason::LockLost);
    CHECK(reason_of([&] { city.orders.accept("order", token + 1); }) == store::Reason::StaleToken);
    CHECK(reason_of([&] { city.orders.complete("order"); }) == store::Reason::WrongState);
    CHECK(reason_of([&] { city.orders.reject("other", 1); }) == store::Reason::NoSuchOrder);
    CHECK(reason_of([&] { city.orders.cancel("text"); }) == store::Reason::WrongType);
    search.available = "text";
    CHECK(reason_of([&] { city.orders.begin("new", search); }) == store::Reason::WrongType);
    CHECK(city.changes == changes);
    CHECK(city.events == events);
}

TEST_CASE("a record is read back from its hash as it was written")
{
    store::AssignmentRecord record;
    record.state = store::AssignmentState::Offered;
    record.token = 7;
    record.reservation =
        store::Reservation{"driver:a", {77.1, -12.3}, 0.1 + 0.2, "agent:a:lock", {}};
    record.tried = {"", "1:2,", "driver:b"};
    record.rejected = {std::string{"\0,:", 3}};
    record.sequence = 9;
    record.search = City::search(1234.5);
    record.search.require = {"a", "b"};
    record.search.deadline = store::Deadline{5ms};
    const auto hash = store::to_hash(record);
    const auto copy = store::to_record(hash);
    CHECK(copy.tried == record.tried);
    CHECK(copy.rejected == record.rejected);
    CHECK(copy.reservation->distance_m == record.reservation->distance_m);
    CHECK(copy.reservation->place == record.reservation->place);
    CHECK(copy.search.hold_time == record.search.hold_time);
    CHECK(copy.search.require == record.search.require);
    CHECK(copy.search.deadline == record.search.deadline);
    CHECK(std::get<store::Circle>(copy.search.shape).radius_m == 1234.5);
    CHECK(copy.token == 7);
    CHECK(copy.sequence == 9);
}

TEST_CASE("a record that replaces itself is the same: none of its fields is taken for another's")
{
    store::AssignmentRecord record;
    record.reservation = store::Reservation{"a", {77.1, 12.3}, 1, "agent:a:lock", {}};
    record.tried = {"b"};
    record.rejected = {"c"};
    auto& search = record.search = City::search();
    search.strategy = store::Strategy::Rating;
    search.rating_pattern = "stars:*";
    search.count = 7;
    search.require = search.except = {"d"};
    search.skip = {"e"};
    search.lock_pattern = "lock:*";
    search.lock_time = search.hold_time = 1s;
    search.offer = true;
    search.deadline = store::Deadline{5ms};
    for (const store::Shape shape : {store::Shape{store::Circle{kRestaurant, 5000}},
                                     store::Shape{store::Box{kRestaurant, 3000, 4000}}}) {
        search.shape = shape;
        const auto hash = store::to_hash(record);
        CHECK(pairs_of(store::to_hash(record, &hash)) == pairs_of(hash));
    }
}

TEST_CASE("an order that goes on is written as if it were written whole, and keeps others' fields")
{
    City city;
    city.add("driver:a", {77.6, 12.97});
    auto search = City::search();
    search.offer = true;
    const auto token = city.orders.begin("order", search)->token;
    const auto is_written_whole = [&] {
        auto hash = city.keys.find<store::Hash>("order")->clone();
        const bool had_note = hash.erase("note");
        const auto whole = store::to_hash(store::to_record(hash));
        CHECK(pairs_of(hash) == pairs_of(whole));
        return had_note;
    };
    CHECK_FALSE(is_written_whole());
    city.keys.edit<store::Hash>("order")->set("note", "ring twice");
    SECTION("accepted, completed")
    {
        city.orders.accept("order", token);
        CHECK(is_written_whole());
        city.orders.complete("order");
        CHECK(is_written_whole());
    }
    SECTION("cancelled")
    {
        city.orders.cancel("order");
        CHECK(is_written_whole());
    }
    SECTION("declined, and passed on")
    {
        city.add("driver:b", {77.61, 12.97});
        city.orders.reject("order", token);
        CHECK(is_written_whole());
    }
    SECTION("declined by the last one, and assigned anew")
    {
        city.orders.reject("order", token);
        CHECK(is_written_whole());
        city.orders.begin("order", search, true);
        CHECK(is_written_whole());
    }
}

TEST_CASE("a list that is no netstring makes a hash no record")
{
    store::AssignmentRecord record;
    record.search = City::search();
    for (const char* list : {"x", "1", "1:", "2:a,", "-1:a,", "99999999999999999999:a,", ":a,"}) {
        auto hash = store::to_hash(record);
        hash.set("tried", list);
        INFO(list);
        CHECK(reason_of([&] { store::to_record(hash); }) == store::Reason::NotAnAssignment);
    }
}

TEST_CASE("the record of an open order is told from others without being read")
{
    using enum store::AssignmentState;
    store::AssignmentRecord record;
    record.search = City::search();
    for (const auto state : {Offered, Assigned, Unassigned, Completed, Cancelled, Expired}) {
        record.state = state;
        INFO(name_of(state));
        CHECK(may_be_open_record(store::to_hash(record)) == record.is_open());
    }
    store::Hash other;
    CHECK_FALSE(may_be_open_record(other));
    other.set("state", "open");
    CHECK_FALSE(may_be_open_record(other));
}
