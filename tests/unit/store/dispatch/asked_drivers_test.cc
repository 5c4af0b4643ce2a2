#include "store/dispatch/asked_drivers.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "store/dispatch/assignment_search.h"
#include "store/random.h"

namespace {

using namespace std::chrono_literals;
using store::AskedDrivers;
using store::AssignmentRecord;
using store::SortedSet;

constexpr store::Place kRestaurant{77.5946, 12.9716};
constexpr std::size_t kDrivers = 200;

struct Nobody : store::Observer
{
    void key_changed(const store::KeyEvent&, std::int64_t) noexcept override {}
};

std::string driver(std::size_t number) { return "driver:" + std::to_string(number); }

/// Drivers around a restaurant, all available, and an order's record.
struct City
{
    City()
    {
        record.search.geo = "geo";
        record.search.available = "available";
        record.search.shape = store::Circle{kRestaurant, 5000};
        for (std::size_t i = 0; i < kDrivers; ++i) move(driver(i));
    }

    void move(const std::string& name)
    {
        const auto off = [&] { return 1e-4 * static_cast<double>(random.below(200)) - 0.01; };
        auto geo = keys.edit<SortedSet>("geo");
        geo.changes = 1;
        geo->put(name, static_cast<double>(store::cell_of(
                           {kRestaurant.longitude + off(), kRestaurant.latitude + off()})));
        auto available = keys.edit<store::Set>("available");
        available.changes = 1;
        available->add(name);
    }

    void leave(const std::string& name)
    {
        auto geo = keys.edit<SortedSet>("geo");
        geo.changes = geo->erase(name);
    }

    std::string find(AskedDrivers& asked)
    {
        const auto found = store::find_candidate(keys, "order", record.search,
                                                 asked.of(keys, "order", record), counts);
        return found ? found->member : "nobody";
    }

    std::size_t hidden()
    {
        std::size_t count = 0;
        for (int i = 0; i < 50; ++i)
            if (const auto* members =
                    keys.peek<SortedSet>("geo")->hidden("asked " + std::to_string(i)))
                count += members->size();
        return count;
    }

    store::Random random{7};
    store::Clock clock{store::TimePoint{1'700'000'000s}};
    Nobody nobody;
    store::Usage usage{clock, random};
    store::Keyspace keys{0, clock, usage, nobody};
    store::SearchCounts counts;
    AssignmentRecord record;
};

}  // namespace

TEST_CASE("remembered or not, the same driver is asked next")
{
    City city;
    AskedDrivers remembers{1}, forgets{100'000};
    for (int round = 0; round < 2'000; ++round) {
        INFO(round);
        const std::string next = city.find(forgets);
        REQUIRE(city.find(remembers) == next);
        REQUIRE(city.keys.peek<SortedSet>("geo")->check());
        const auto someone = driver(city.random.below(kDrivers));
        switch (city.random.below(12)) {
            case 0: city.move(someone); break;
            case 1: city.leave(someone); break;
            case 2: city.keys.put_string(store::lock_key("agent:*:lock", someone), "x"); break;
            case 3: city.keys.erase(store::lock_key("agent:*:lock", someone)); break;
            case 4: remembers.forget(city.keys, "order"); break;
            case 5:
                // The record starts anew, or was changed by hand.
                if (city.random.below(20) == 0) city.record.rejected = {};
                if (city.random.below(20) == 0) city.record.tried = {someone};
                break;
            case 6:
                city.keys.rename("geo", "elsewhere"), city.keys.rename("elsewhere", "geo");
                break;
            case 7: city.record.tried.add(next); break;
            default: city.record.rejected.add(next); break;
        }
    }
}

TEST_CASE("a search does not walk past those who were asked")
{
    City city;
    AskedDrivers asked;
    for (std::size_t i = 0; i < kDrivers - 1; ++i) city.record.rejected.add(city.find(asked));
    const auto before = city.counts.drivers;
    CHECK(city.find(asked) != "nobody");
    CHECK(city.counts.drivers - before == 1);
}

TEST_CASE("what is forgotten is not hidden any more")
{
    City city;
    AskedDrivers asked{1};
    city.record.rejected = {driver(1), driver(2), "driver:elsewhere"};
    city.find(asked);
    CHECK(city.hidden() == 2);

    SECTION("the order ended") { asked.forget(city.keys, "order"); }
    SECTION("the record has lost its lists")
    {
        city.record.rejected = {};
        city.record.tried = {};
        city.find(asked);
        asked.forget(city.keys, "order");
    }
    SECTION("many orders came after it")
    {
        for (int i = 0; i < 8; ++i) asked.of(city.keys, "order:" + std::to_string(i), city.record);
        CHECK(city.hidden() == 8 * 2);
        for (int i = 0; i < 8; ++i) asked.forget(city.keys, "order:" + std::to_string(i));
    }
    CHECK(city.hidden() == 0);
}

TEST_CASE("an order of another database is another order")
{
    City city;
    store::Keyspace other{1, city.clock, city.usage, city.nobody};
    AskedDrivers asked{1};
    city.record.rejected = {driver(1)};
    AssignmentRecord second = city.record;
    second.rejected = {driver(2)};
    CHECK(asked.of(city.keys, "order", city.record).members.contains(driver(1)));
    CHECK_FALSE(asked.of(other, "order", second).members.contains(driver(1)));
    asked.forget_all(1);
    asked.forget(other, "order");
    CHECK(city.hidden() == 1);
}

TEST_CASE("many orders of one database leave those of another as they are")
{
    City city;
    store::Keyspace other{1, city.clock, city.usage, city.nobody};
    AskedDrivers asked{1};
    city.record.rejected = {driver(1), driver(2)};
    asked.of(city.keys, "order", city.record);
    for (int i = 0; i < 20; ++i) asked.of(other, "order:" + std::to_string(i), city.record);
    CHECK(city.hidden() == 2);
    asked.forget(city.keys, "order");
    CHECK(city.hidden() == 0);
}
