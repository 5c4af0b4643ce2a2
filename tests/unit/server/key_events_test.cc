#include "server/key_events.h"

#include <catch2/catch.hpp>
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
    using KeySubscriber::listen;

    std::vector<std::string> told;
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

TEST_CASE("every write command has a name for its changes")
{
    Client client;
    for (const server::Command* command : client.server().commands.all()) {
        CAPTURE(command->name);
        const bool clears = command->name == "FLUSHDB" || command->name == "FLUSHALL";
        if (command->has(server::kWrite) && command->run != nullptr && !clears)
            CHECK_FALSE(command->event.empty());
    }
}
