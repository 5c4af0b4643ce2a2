#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "store/keyspace.h"
#include "store/random.h"

using namespace store;
using namespace std::chrono_literals;

namespace {

struct Silent : Observer
{
    void key_changed(const KeyEvent&, std::int64_t) noexcept override {}
};

/// A value and its deadline as a text, and the databases' keys with those.
std::string shown(const Entry& entry, std::optional<Deadline> deadline)
{
    std::string text = std::to_string(deadline ? deadline->time_since_epoch().count() : 0) + ":";
    if (entry.type() == kTypeOf<String>) text += entry.get<String>().view();
    if (entry.type() == kTypeOf<List>)
        entry.get<List>().for_each([&](std::string_view element) { text += element; });
    if (entry.type() == kTypeOf<Hash>) {
        std::map<std::string, std::string> fields;
        entry.get<Hash>().for_each(
            [&](std::string_view field, std::string_view value) { fields.emplace(field, value); });
        for (const auto& [field, value] : fields) text += field + "=" + value + ",";
    }
    return text;
}

using State = std::map<std::pair<int, std::string>, std::string>;

struct Keeper : SnapshotKeeper
{
    State kept;
    bool twice = false;

    void keep(int database, const Entry& entry, std::optional<Deadline> deadline,
              store::UsageBits) noexcept override
    {
        const std::pair place{database, std::string{entry.key()}};
        twice |= !kept.emplace(place, shown(entry, deadline)).second;
    }
};

struct World
{
    Clock clock{TimePoint{std::chrono::hours{500'000}}};
    Silent observer;
    store::Random chance{1};
    store::Usage usage{clock, chance};
    Keyspace first{0, clock, usage, observer};
    Keyspace second{1, clock, usage, observer};
    Random random{1};

    std::string any_key() { return "key" + std::to_string(random.below(300)); }

    State state()
    {
        Keeper keeper;
        for (Keyspace* const keys : {&first, &second}) {
            keys->begin_snapshot(keeper);
            while (keys->snapshot_step()) continue;
        }
        return keeper.kept;
    }

    /// Any of what can happen to keys.
    void change_something()
    {
        Keyspace& keys = random.below(3) == 0 ? second : first;
        Keyspace& other = &keys == &first ? second : first;
        const std::string key = any_key();
        const auto in_a_while = clock.now_ms() + std::chrono::milliseconds{random.below(50)};
        switch (random.below(14)) {
            case 0:
            case 1: keys.put_string(key, std::to_string(random.below(1000))); break;
            case 2: keys.put_string(key, "for a while", {.deadline = in_a_while}); break;
            case 3: keys.erase(key); break;
            case 4: keys.expire(key, in_a_while); break;
            case 5: keys.persist(key); break;
            case 6: keys.rename(key, any_key()); break;
            case 7: keys.copy(key, other, any_key()); break;
            case 8: keys.move(key, other); break;
            case 9: {
                List list;
                list.push(List::End::Back, "a");
                keys.put(key, std::move(list));
                break;
            }
            case 10: change_list(keys, key); break;
            case 11: change_hash(keys, key); break;
            case 12: clock.advance(1ms), keys.expire_due(2); break;
            case 13: keys.holds(key); break;
            default: break;
        }
    }

    void change_list(Keyspace& keys, const std::string& key)
    {
        if (keys.peek_type(key).value_or(kTypeOf<List>) != kTypeOf<List>) return;
        auto list = keys.edit<List>(key);
        if (!list.was_made() && random.below(2) == 0) {
            list->pop(List::End::Front);
        } else {
            list->push(List::End::Back, "b");
        }
        list.changes = 1;
    }

    void change_hash(Keyspace& keys, const std::string& key)
    {
        if (keys.peek_type(key).value_or(kTypeOf<Hash>) != kTypeOf<Hash>) return;
        auto hash = keys.edit<Hash>(key);
        const std::string field = "field" + std::to_string(random.below(3));
        hash->set(field, std::to_string(random.below(1000)), {});
        if (random.below(3) == 0) {
            hash.expect_deadlines();
            hash->set_deadline(field, clock.now_ms() + 5ms);
        }
        hash.changes = 1;
    }
};

}  // namespace

TEST_CASE("a snapshot shows each key once, as it was when it began, whatever happens meanwhile")
{
    World world;
    for (int i = 0; i < 500; ++i) world.change_something();
    for (int round = 0; round < 200; ++round) {
        const State expected = world.state();
        REQUIRE(!expected.empty());
        Keeper keeper;
        world.first.begin_snapshot(keeper);
        world.second.begin_snapshot(keeper);
        bool more = true;
        while (more) {
            const auto changes = world.random.below(20);
            for (std::uint64_t i = 0; i < changes; ++i) world.change_something();
            if (world.random.below(400) == 0) world.first.clear();
            if (world.random.below(400) == 0) world.first.swap_index(world.second);
            more = world.first.snapshot_step();
            more |= world.second.snapshot_step();
        }
        REQUIRE(keeper.kept == expected);
        REQUIRE_FALSE(keeper.twice);
        if (world.first.index() != 0) world.first.swap_index(world.second);
    }
}

TEST_CASE("a snapshot that was given up spoils none that follows")
{
    World world;
    for (int i = 0; i < 2000; ++i)
        world.first.put_string("key" + std::to_string(i), std::to_string(i));
    const State expected = world.state();
    Keeper keeper;
    world.first.begin_snapshot(keeper);
    world.first.snapshot_step();
    SECTION("as it is")
    {
        world.first.give_up_snapshot();
        CHECK(world.state() == expected);
    }
    SECTION("after all keys were removed")
    {
        world.first.clear();
        world.first.put_string("new", "1");
        world.first.give_up_snapshot();
        CHECK(world.state().size() == 1);
    }
    SECTION("by the end of the database") {}
}

TEST_CASE("a value that is loaded is told to nobody, and is there only once")
{
    World world;
    CHECK(world.first.load("a", String{"1"}, world.clock.now_ms() + 5ms, 0));
    CHECK_FALSE(world.first.load("a", String{"2"}, {}, 0));
    CHECK(world.first.find<String>("a")->view() == "1");
    world.clock.advance(5ms);
    CHECK_FALSE(world.first.holds("a"));
}
