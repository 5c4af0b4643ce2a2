#include "store/keyspace.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using store::Change;
using store::Deadline;
using store::Error;
using store::Keyspace;
using store::Set;
using store::SortedSet;
using store::String;
using store::StringPut;
using store::Type;

/// Writes down what happens to keys: "+drivers" changed, ">drivers" arrived, "-drivers" erased,
/// "~drivers" expired, "cleared"; with the event's name, if the store gives it one: "+drivers
/// expire".
class Diary : public store::Observer
{
public:
    void key_changed(const store::KeyEvent& event, std::int64_t) noexcept override
    {
        constexpr char kMarks[] = {'+', '>', '-', '~'};  // in the order of Change
        if (event.change == Change::Cleared) {
            entries.emplace_back("cleared");
            return;
        }
        std::string entry = kMarks[static_cast<int>(event.change)] + std::string{event.key};
        if (!event.name.empty()) entry += " " + std::string{event.name};
        entries.push_back(entry);
    }

    std::vector<std::string> take() { return std::exchange(entries, {}); }

    std::vector<std::string> entries;
};

struct World
{
    store::Clock clock{store::TimePoint{1'700'000'000s}};
    Diary diary;
    store::Random chance{1};
    store::Usage usage{clock, chance};
    Keyspace keys{0, clock, usage, diary};

    Deadline in(std::chrono::milliseconds time) const { return clock.now_ms() + time; }

    void add(std::string_view key, std::string_view member)
    {
        auto set = keys.edit<Set>(key);
        set.changes += set->add(member);
    }
};

using Entries = std::vector<std::string>;

}  // namespace

TEST_CASE("an edit makes the key, and tells of all its changes once")
{
    World world;
    {
        auto set = world.keys.edit<Set>("drivers");
        CHECK(set.was_made());
        set.changes += set->add("anna");
        set.changes += set->add("ben");
        CHECK(world.diary.entries.empty());
    }
    CHECK(world.diary.take() == Entries{"+drivers"});
    CHECK(world.keys.find<Set>("drivers")->size() == 2);
}

TEST_CASE("an edit that changes nothing tells nothing")
{
    World world;
    world.add("drivers", "anna");
    world.diary.take();
    world.add("drivers", "anna");
    CHECK(world.diary.take().empty());
}

TEST_CASE("a container left empty goes, whether it was made just now or emptied")
{
    World world;
    {
        auto set = world.keys.edit<Set>("drivers");
    }
    CHECK_FALSE(world.keys.holds("drivers"));
    CHECK(world.diary.take().empty());

    world.add("drivers", "anna");
    world.diary.take();
    {
        auto set = world.keys.edit_existing<Set>("drivers");
        set.changes += set->erase("anna");
    }
    CHECK_FALSE(world.keys.holds("drivers"));
    CHECK(world.diary.take() == Entries{"+drivers", "-drivers del"});
    CHECK(world.keys.size() == 0);
}

TEST_CASE("an empty string is a value")
{
    World world;
    CHECK(world.keys.put_string("greeting", ""));
    REQUIRE(world.keys.find<String>("greeting") != nullptr);
    CHECK(world.keys.find<String>("greeting")->view().empty());
}

TEST_CASE("a key of another type refuses, and stays as it is")
{
    World world;
    world.add("drivers", "anna");
    world.diary.take();
    CHECK_THROWS_AS(world.keys.find<String>("drivers"), Error);
    CHECK_THROWS_AS(world.keys.edit<SortedSet>("drivers"), Error);
    CHECK_THROWS_AS(world.keys.edit_existing<SortedSet>("drivers"), Error);
    CHECK(world.keys.find<Set>("drivers")->contains("anna"));
    CHECK(world.diary.take().empty());
}

TEST_CASE("editing what is not there makes nothing if it is not to")
{
    World world;
    CHECK_FALSE(world.keys.edit_existing<Set>("drivers"));
    CHECK(world.keys.size() == 0);
}

TEST_CASE("a string is put only if the condition holds")
{
    World world;
    const StringPut if_missing{.condition = StringPut::Condition::IfMissing};
    const StringPut if_present{.condition = StringPut::Condition::IfPresent};
    CHECK_FALSE(world.keys.put_string("lock", "order:1", if_present));
    CHECK_FALSE(world.keys.holds("lock"));
    CHECK(world.keys.put_string("lock", "order:1", if_missing));
    CHECK_FALSE(world.keys.put_string("lock", "order:2", if_missing));
    CHECK(world.keys.find<String>("lock")->view() == "order:1");
    CHECK(world.keys.put_string("lock", "order:3", if_present));
    CHECK(world.keys.find<String>("lock")->view() == "order:3");
}

TEST_CASE("putting replaces whatever was there, and its deadline")
{
    World world;
    world.add("key", "anna");
    world.keys.expire("key", world.in(30s));

    SECTION("with a string")
    {
        world.keys.put_string("key", "text");
        CHECK(world.keys.type("key") == store::kTypeOf<String>);
        CHECK_FALSE(world.keys.deadline("key"));
    }
    SECTION("with a string that keeps the deadline")
    {
        world.keys.put_string("key", "text", {.keep_deadline = true});
        CHECK(world.keys.deadline("key") == world.in(30s));
    }
    SECTION("with a string and a new deadline")
    {
        world.keys.put_string("key", "text", {.deadline = world.in(5s)});
        CHECK(world.keys.deadline("key") == world.in(5s));
        CHECK(world.keys.volatile_size() == 1);
    }
    SECTION("with a container")
    {
        SortedSet places;
        places.put("anna", 1);
        world.keys.put("key", std::move(places));
        CHECK(world.keys.type("key") == store::kTypeOf<SortedSet>);
        CHECK_FALSE(world.keys.deadline("key"));
    }
    SECTION("with an empty container, which leaves nothing")
    {
        world.keys.put("key", SortedSet{});
        CHECK_FALSE(world.keys.holds("key"));
        CHECK(world.keys.volatile_size() == 0);
    }
}

TEST_CASE("a change may have another name than the command's own")
{
    World world;
    world.add("drivers", "anna");
    world.diary.take();
    {
        auto set = world.keys.edit<Set>("drivers");
        set.event = "srem";
        set.changes += set->erase("anna");
    }
    CHECK(world.diary.take() == Entries{"+drivers srem", "-drivers del"});
    world.keys.put_string("lock", "order", {.deadline = world.in(1s)});
    CHECK(world.diary.take() == Entries{"+lock", "+lock expire"});
}

TEST_CASE("a key is gone at its deadline, not a millisecond earlier or later")
{
    World world;
    world.keys.put_string("agent:D4:lock", "order:ORD_2847", {.deadline = world.in(30s)});
    world.clock.advance(30s - 1ms);
    CHECK(world.keys.holds("agent:D4:lock"));
    world.diary.take();
    world.clock.advance(1ms);
    CHECK_FALSE(world.keys.holds("agent:D4:lock"));
    CHECK(world.diary.take() == Entries{"~agent:D4:lock expired"});
    CHECK(world.keys.size() == 0);
}

TEST_CASE("nobody sees a key that is due, even before it is removed")
{
    World world;
    world.add("drivers", "anna");
    world.keys.expire("drivers", world.in(1s));
    world.clock.advance(1s);
    SECTION("by scanning")
    {
        int seen = 0;
        world.keys.for_each([&](std::string_view, Type) { ++seen; });
        world.keys.scan(0, [&](std::string_view, Type) { ++seen; });
        CHECK(seen == 0);
    }
    SECTION("by chance")
    {
        store::Random random{1};
        CHECK_FALSE(world.keys.random_key(random));
    }
    SECTION("by editing: a new one is made")
    {
        auto set = world.keys.edit<Set>("drivers");
        CHECK(set->empty());
        CHECK_FALSE(world.keys.deadline("drivers"));
    }
    SECTION("by renaming") { CHECK_FALSE(world.keys.rename("drivers", "others")); }
}

TEST_CASE("due keys are removed earliest first, a bounded number at a time")
{
    World world;
    for (const auto& [key, time] : std::map<std::string, std::chrono::seconds>{
             {"c", 3s}, {"a", 1s}, {"d", 4s}, {"b", 2s}, {"later", 9s}}) {
        world.keys.put_string(key, "x", {.deadline = world.in(time)});
    }
    world.diary.take();
    world.clock.advance(4s);
    CHECK(world.keys.expire_due(3) == 3);
    CHECK(world.diary.take() == Entries{"~a expired", "~b expired", "~c expired"});
    CHECK(world.keys.expire_due(3) == 1);
    CHECK(world.keys.expire_due(3) == 0);
    CHECK(world.keys.next_deadline() == world.in(5s));
}

TEST_CASE("whoever gives a key a deadline removes keys that are due")
{
    World world;
    for (int i = 0; i < 100; ++i)
        world.keys.put_string("old:" + std::to_string(i), "", {.deadline = world.in(1ms)});
    world.clock.advance(1ms);
    CHECK(world.keys.size() == 100);
    for (int i = 0; i < 25; ++i)
        world.keys.put_string("new:" + std::to_string(i), "", {.deadline = world.in(1s)});
    CHECK(world.keys.size() == 75);
    world.keys.put_string("without", "");
    for (int i = 0; i < 25; ++i) world.keys.expire("without", world.in(1s));
    CHECK(world.keys.size() == 26);
}

TEST_CASE("a deadline that has come already erases the key")
{
    World world;
    world.keys.put_string("key", "x");
    world.diary.take();
    CHECK(world.keys.expire("key", world.in(0s)));
    CHECK_FALSE(world.keys.holds("key"));
    CHECK(world.diary.take() == Entries{"-key del"});
    CHECK_FALSE(world.keys.expire("key", world.in(1s)));
}

TEST_CASE("a key can be made to last again")
{
    World world;
    world.keys.put_string("key", "x", {.deadline = world.in(1s)});
    CHECK(world.keys.persist("key"));
    CHECK_FALSE(world.keys.persist("key"));
    CHECK_FALSE(world.keys.persist("nothing"));
    world.clock.advance(1h);
    CHECK(world.keys.holds("key"));
}

TEST_CASE("renaming takes the deadline along and replaces what was there")
{
    World world;
    world.add("from", "anna");
    world.keys.expire("from", world.in(30s));
    world.keys.put_string("to", "x", {.deadline = world.in(5s)});
    world.diary.take();

    CHECK(world.keys.rename("from", "to"));
    CHECK(world.diary.take() == Entries{"-from rename_from", ">to rename_to"});
    CHECK_FALSE(world.keys.holds("from"));
    CHECK(world.keys.find<Set>("to")->contains("anna"));
    CHECK(world.keys.deadline("to") == world.in(30s));
    CHECK(world.keys.volatile_size() == 1);
    CHECK(world.keys.rename("to", "to"));
    CHECK_FALSE(world.keys.rename("nothing", "to"));
}

TEST_CASE("clearing takes everything, deadlines too")
{
    World world;
    world.add("drivers", "anna");
    world.keys.put_string("lock", "x", {.deadline = world.in(5s)});
    world.diary.take();
    world.keys.clear();
    CHECK(world.diary.take() == Entries{"cleared"});
    CHECK(world.keys.size() == 0);
    CHECK_FALSE(world.keys.next_deadline());
}

TEST_CASE("what is large is gone at once, and freed bit by bit")
{
    World world;
    constexpr std::size_t kSize = 5 * store::Disposal::kLarge;
    const auto slices = [&] {
        int count = 1;
        while (world.keys.free_some(store::Disposal::kLarge)) ++count;
        return count;
    };
    const auto fill = [&] {
        for (std::size_t i = 0; i < kSize; ++i) {
            const std::string member = "member:" + std::to_string(i);
            world.add("set", member);
            world.keys.edit<store::Hash>("hash")->set(member, "value");
            world.keys.edit<SortedSet>("sorted set")->put(member, static_cast<double>(i));
        }
    };
    CHECK(slices() == 1);

    fill();
    for (const char* key : {"set", "hash", "sorted set"}) {
        CHECK(world.keys.erase(key));
        CHECK_FALSE(world.keys.holds(key));
        CHECK(slices() > 3);
        CHECK(slices() == 1);
    }
    SECTION("replaced by something else")
    {
        fill();
        world.keys.put_string("set", "text");
        CHECK(slices() > 3);
        world.keys.put("hash", Set{});
        CHECK(slices() > 3);
        world.keys.rename("set", "sorted set");
        CHECK(slices() > 3);
        CHECK(world.keys.size() == 1);
    }
    SECTION("at its end")
    {
        fill();
        world.keys.expire("set", world.in(1ms));
        world.clock.advance(1ms);
        CHECK(world.keys.expire_due(1) == 1);
        CHECK(slices() > 3);
    }
    SECTION("with its database, which is of use at once")
    {
        fill();
        for (std::size_t i = 0; i < kSize; ++i)
            world.keys.put_string("key:" + std::to_string(i), "value");
        world.keys.clear();
        CHECK(world.keys.size() == 0);
        fill();
        CHECK(world.keys.size() == 3);
        CHECK(slices() > 15);
        CHECK(world.keys.find<Set>("set")->size() == kSize);
    }
    SECTION("or with the keyspace, half freed")
    {
        fill();
        world.keys.erase("sorted set");
        world.keys.clear();
        world.keys.free_some(store::Disposal::kLarge);
    }
}

TEST_CASE("values stay where they are while the table grows")
{
    World world;
    world.add("drivers", "anna");
    const Set* drivers = world.keys.find<Set>("drivers");
    for (int i = 0; i < 10'000; ++i) world.keys.put_string("key:" + std::to_string(i), "x");
    CHECK(world.keys.find<Set>("drivers") == drivers);
    CHECK(drivers->contains("anna"));
}

TEST_CASE("a scan returns every key that was there all along, whatever comes and goes meanwhile")
{
    World world;
    std::mt19937 chance{7};
    std::set<std::string, std::less<>> missing;
    for (int i = 0; i < 2000; ++i) {
        world.keys.put_string("stays:" + std::to_string(i), "x");
        missing.insert("stays:" + std::to_string(i));
    }
    int made = 0;
    std::uint64_t cursor = 0;
    do {
        cursor = world.keys.scan(cursor, [&](std::string_view key, Type) {
            if (const auto found = missing.find(key); found != missing.end()) missing.erase(found);
        });
        for (int i = 0; i < 20; ++i) world.keys.put_string("new:" + std::to_string(made++), "x");
        for (int i = 0; i < 15; ++i) world.keys.erase("new:" + std::to_string(chance() % made));
    } while (cursor != 0);
    CHECK(missing.empty());
}

TEST_CASE("random puts, ends and moves of time agree with a map")
{
    World world;
    std::mt19937 chance{11};
    std::map<std::string, std::pair<std::string, std::optional<Deadline>>> model;
    const auto forget_due = [&] {
        std::erase_if(model, [&](const auto& item) {
            return item.second.second && *item.second.second <= world.clock.now_ms();
        });
    };
    for (int step = 0; step < 20'000; ++step) {
        const std::string key = "k" + std::to_string(chance() % 200);
        const auto time = std::chrono::milliseconds{chance() % 500};
        switch (chance() % 6) {
            case 0:
                world.keys.put_string(key, std::to_string(step));
                model[key] = {std::to_string(step), std::nullopt};
                break;
            case 1:
                world.keys.put_string(key, "timed", {.deadline = world.in(time)});
                model[key] = {"timed", world.in(time)};
                break;
            case 2:
                REQUIRE(world.keys.expire(key, world.in(time)) == model.contains(key));
                if (model.contains(key)) model[key].second = world.in(time);
                break;
            case 3: REQUIRE(world.keys.erase(key) == (model.erase(key) == 1)); break;
            case 4: world.clock.advance(time / 10); break;
            case 5: world.keys.expire_due(chance() % 5); break;
        }
        forget_due();
        const auto expected = model.find(key);
        const String* found = world.keys.find<String>(key);
        REQUIRE((found != nullptr) == (expected != model.end()));
        if (found != nullptr) {
            REQUIRE(found->view() == expected->second.first);
            REQUIRE(world.keys.deadline(key) == expected->second.second);
        }
    }
    world.keys.expire_due(1000);
    CHECK(world.keys.size() == model.size());
}

TEST_CASE("the use of a key is noted, with and without a deadline")
{
    World world;
    const bool is_volatile = GENERATE(false, true);
    world.add("drivers", "anna");
    if (is_volatile) world.keys.expire("drivers", world.in(1h));
    const auto idle_seconds = [&] {
        return world.usage.idle_seconds(world.keys.usage(*world.keys.peek_entry("drivers")));
    };
    world.clock.advance(60s);

    SECTION("not by looks at what it is")
    {
        world.keys.contains("drivers");
        world.keys.holds("drivers");
        world.keys.type("drivers");
        world.keys.look_at("drivers");
        world.keys.deadline("drivers");
        world.keys.scan(0, [](auto...) {});
        CHECK(idle_seconds() == 60);
    }
    SECTION("by reading")
    {
        world.keys.find<Set>("drivers");
        CHECK(idle_seconds() == 0);
    }
    SECTION("by changing")
    {
        world.add("drivers", "ben");
        CHECK(idle_seconds() == 0);
    }
    SECTION("by what might have changed it")
    {
        CHECK(world.keys.use("drivers"));
        CHECK(idle_seconds() == 0);
    }
    SECTION("not while uses are ignored")
    {
        world.usage.ignore(true);
        world.add("drivers", "ben");
        world.keys.put("drivers", String{"1"});
        CHECK(idle_seconds() == 60);
    }
    SECTION("and stays when the deadline comes and goes")
    {
        world.usage.ignore(true);
        world.keys.expire("drivers", world.in(2h));
        world.keys.persist("drivers");
        CHECK(idle_seconds() == 60);
        world.keys.expire("drivers", world.in(2h));
        CHECK(idle_seconds() == 60);
    }
    SECTION("and begins anew under another name")
    {
        world.usage.ignore(true);
        world.keys.rename("drivers", "elsewhere");
        world.keys.rename("elsewhere", "drivers");
        CHECK(idle_seconds() == 0);
    }
}

TEST_CASE("a key that is evicted is told, but is no change for which data are saved")
{
    World world;
    world.keys.put_string("k", "1");
    world.diary.take();
    CHECK(world.keys.evict("k"));
    CHECK(world.diary.take() == std::vector<std::string>{"-k evicted"});
    CHECK_FALSE(world.keys.evict("k"));
}
