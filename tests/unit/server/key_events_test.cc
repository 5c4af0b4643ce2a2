#include "server/key_events.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <new>
#include <string>
#include <vector>

#include "store/keyspace.h"
#include "tests/support/client.h"

using tests::Client;

namespace {

/// Writes down what it is told: "sadd drivers".
class Listener : public server::KeySubscriber
{
public:
    void key_changed(const store::KeyEvent& event) override
    {
        if (event.change == store::Change::Cleared) {
            told.emplace_back("cleared");
        } else {
            told.push_back(std::string{event.name} + " " + std::string{event.key});
        }
        if (react) react(event);
    }
    /// There is no memory for the next event, either where it is gathered or where it is told.
    bool wants(const store::KeyEvent&) const override
    {
        if (std::exchange(cannot_gather, false)) throw std::bad_alloc{};
        return true;
    }
    void changes_missed() override { told.emplace_back("missed"); }
    using KeySubscriber::listen;

    std::vector<std::string> told;
    mutable bool cannot_gather = false;
    std::function<void(const store::KeyEvent&)> react;
};

struct World
{
    Client client;
    Listener listener;

    World()
    {
        client.server().key_events.subscribe(listener);
        listener.listen(true);
    }
    std::vector<std::string> take() { return std::exchange(listener.told, {}); }
};

using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("a change is told by the name that Redis has for it, after the command")
{
    World world;
    world.client("SADD", "drivers", "anna", "ben");
    CHECK(world.take() == Told{"sadd drivers"});
    world.client("SADD", "drivers", "anna");
    CHECK(world.take().empty());
    world.client("SREM", "drivers", "anna", "ben");
    CHECK(world.take() == Told{"srem drivers", "del drivers"});
    world.client("SET", "lock", "order", "EX", "1");
    CHECK(world.take() == Told{"set lock", "expire lock"});
    world.client("RENAME", "lock", "other");
    CHECK(world.take() == Told{"rename_from lock", "rename_to other"});
    world.client.clock.advance(std::chrono::seconds{1});
    world.client("GET", "other");
    CHECK(world.take() == Told{"expired other"});
    world.client("FLUSHDB");
    CHECK(world.take() == Told{"cleared"});
}

TEST_CASE("what a tick removes is told, too")
{
    World world;
    world.client("SET", "lock", "order", "PX", "5");
    world.take();
    world.client.clock.advance(std::chrono::milliseconds{5});
    world.client.server().tick();
    CHECK(world.take() == Told{"expired lock"});
}

TEST_CASE("a subscriber may change keys, and is told of that after the rest")
{
    World world;
    world.listener.react = [&](const store::KeyEvent& event) {
        if (event.key == "copy" || event.change != store::Change::Modified) return;
        world.client.server().databases[0].put_string("copy", event.key);
    };
    world.client("MULTI");
    world.client("SET", "a", "1");
    world.client("SADD", "b", "x");
    world.client("EXEC");
    CHECK(world.take() == Told{"set a", "set copy", "sadd b", "sadd copy"});
}

TEST_CASE("who does not listen is told nothing")
{
    World world;
    world.listener.listen(false);
    world.client("SET", "a", "1");
    world.listener.listen(true);
    world.client("SET", "b", "1");
    CHECK(world.take() == Told{"set b"});
}

TEST_CASE("who wants arrivals is told what came whole, from another key or from outside")
{
    World world;
    world.listener.listen({store::Change::Arrived});
    world.client("SET", "a", "1");
    world.client("RENAME", "a", "b");
    world.client("COPY", "b", "c");
    const std::string dump = world.client("DUMP", "b");  // "$11", the payload, each with CRLF
    const std::size_t begin = dump.find("\r\n") + 2;
    world.client("RESTORE", "d", "0", dump.substr(begin, dump.size() - begin - 2));
    world.client("MOVE", "d", "1");
    world.client("SUNIONSTORE", "e", "f");
    world.client("FLUSHALL");
    CHECK(world.take() == Told{"rename_to b", "copy_to c", "restore d", "move_to d"});
}

TEST_CASE("every write command has a name for its changes")
{
    Client client;
    for (const server::Command* command : client.server().commands.all()) {
        CAPTURE(command->name);
        const bool clears = command->name == "FLUSHDB" || command->name == "FLUSHALL";
        const bool has_keys = command->group != server::Group::Scripting;  // libraries are no keys
        if (command->has(server::kWrite) && command->run != nullptr && !clears && has_keys)
            CHECK_FALSE(command->event.empty());
    }
}

TEST_CASE("where memory runs out for an event, all assume that their keys changed")
{
    World world;
    Client watcher{world.client}, waiter{world.client};
    watcher("WATCH", "balance");
    watcher("MULTI");
    waiter("BLPOP", "jobs", "0");
    const auto push_unnoticed = [&] {
        SECTION("in the middle of the command") { world.listener.cannot_gather = true; }
        SECTION("when it is told")
        {
            world.listener.react = [&](const store::KeyEvent&) {
                world.listener.react = nullptr;
                throw std::bad_alloc{};
            };
        }
        CHECK(world.client("RPUSH", "jobs", "deliver") == ":1\r\n");
    };
    push_unnoticed();
    CHECK(waiter.take_output() == "*2\r\n$4\r\njobs\r\n$7\r\ndeliver\r\n");
    CHECK(watcher("EXEC") == "*-1\r\n");
    const Told told = world.take();
    CHECK(std::count(told.begin(), told.end(), "missed") == 1);
}

TEST_CASE("an offer goes on although memory ran out for the event that its driver left")
{
    World world;
    Client& client = world.client;
    client("GEOADD", "geo", "77.59", "12.97", "driver:D1", "77.60", "12.97", "driver:D2");
    client("SADD", "available", "driver:D1", "driver:D2");
    client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.59", "12.97", "BYRADIUS", "5",
           "km", "OFFER");
    REQUIRE(client("HGET", "order:1", "driver") == "$9\r\ndriver:D1\r\n");
    world.listener.cannot_gather = true;
    client("SREM", "available", "driver:D1");
    CHECK(client("HGET", "order:1", "driver") == "$9\r\ndriver:D2\r\n");
}
