#include "store/hidden_members.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "store/keyspace.h"

namespace {

using namespace std::chrono_literals;
using store::SortedSet;

struct Nobody : store::Observer
{
    void key_changed(const store::KeyEvent&, std::int64_t) noexcept override {}
};

/// A city with two drivers; D1's lock exists, and hides them.
struct City
{
    City()
    {
        auto geo = keys.edit<SortedSet>("geo");
        geo.changes = 2;
        geo->put("driver:D1", 1);
        geo->put("driver:D2", 2);
    }

    void lock_and_hide()
    {
        keys.put_string("agent:D1:lock", "order:1");
        keys.hide("geo", "lock", "driver:D1", "agent:D1:lock");
        REQUIRE(is_hidden());
    }

    bool is_hidden(std::string_view key = "geo")
    {
        const auto* set = keys.find<SortedSet>(key);
        if (set == nullptr || set->hidden("lock") == nullptr) return false;
        CHECK(set->check());
        return set->hidden("lock")->contains("driver:D1");
    }

    store::Clock clock{store::TimePoint{1'700'000'000s}};
    Nobody nobody;
    store::Random chance{1};
    store::Usage usage{clock, chance};
    store::Keyspace keys{0, clock, usage, nobody};
};

}  // namespace

TEST_CASE("a member is hidden until the key is gone")
{
    City city;
    city.lock_and_hide();
    city.keys.hide("geo", "lock", "driver:D1", "agent:D1:lock");  // twice is once

    SECTION("erased") { city.keys.erase("agent:D1:lock"); }
    SECTION("renamed") { city.keys.rename("agent:D1:lock", "elsewhere"); }
    SECTION("expired")
    {
        city.keys.expire("agent:D1:lock", city.clock.now_ms() + 5ms);
        CHECK(city.is_hidden());
        city.clock.advance(5ms);
        city.keys.expire_due(1);
    }
    SECTION("all keys go") { city.keys.clear(); }
    CHECK_FALSE(city.is_hidden());
}

TEST_CASE("a member stays hidden while the key changes, and where it moves")
{
    City city;
    city.lock_and_hide();
    city.keys.put_string("agent:D1:lock", "order:2");
    CHECK(city.is_hidden());
    city.keys.edit<SortedSet>("geo")->put("driver:D1", 7);
    CHECK(city.is_hidden());
    CHECK(city.keys.find<SortedSet>("geo")->hidden("lock")->score("driver:D1") == 7);
    CHECK(city.keys.find<SortedSet>("geo")->hidden("other") == nullptr);
}

TEST_CASE("a member that is erased, or whose set is another now, is hidden no more")
{
    City city;
    city.lock_and_hide();
    SECTION("erased and added again")
    {
        auto geo = city.keys.edit<SortedSet>("geo");
        geo->erase("driver:D1");
        geo->put("driver:D1", 1);
    }
    SECTION("by rank")
    {
        auto geo = city.keys.edit<SortedSet>("geo");
        geo->erase_ranks(0, 1);
        geo->put("driver:D1", 1);
    }
    SECTION("renamed")
    {
        city.keys.rename("geo", "elsewhere");
        CHECK_FALSE(city.is_hidden("elsewhere"));
    }
    SECTION("copied")
    {
        city.keys.copy("geo", city.keys, "elsewhere");
        CHECK_FALSE(city.is_hidden("elsewhere"));
        city.keys.erase("geo");
    }
    SECTION("replaced")
    {
        city.keys.put_string("geo", "text");
        city.keys.erase("geo");
    }
    CHECK_FALSE(city.is_hidden());
    city.keys.erase("agent:D1:lock");
}

TEST_CASE("nothing is hidden without a key or a member")
{
    City city;
    city.keys.hide("geo", "lock", "driver:D1", "agent:D1:lock");
    CHECK_FALSE(city.is_hidden());
    city.keys.put_string("agent:D9:lock", "order:1");
    city.keys.hide("geo", "lock", "driver:D9", "agent:D9:lock");
    city.keys.hide("nothing", "lock", "driver:D1", "agent:D9:lock");
    CHECK(city.keys.find<SortedSet>("geo")->hidden("lock") == nullptr);
}
