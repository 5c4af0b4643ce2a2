#include "server/net/anchored_clock.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace std::chrono_literals;
using server::net::AnchoredClock;
using store::TimePoint;

namespace {

/// A wall clock that can be set, a machine that runs on, and the server's clock between them.
struct Room
{
    TimePoint wall{1'000'000s};
    std::chrono::microseconds since_boot = 500s;
    AnchoredClock clock{wall, since_boot};

    void pass(std::chrono::microseconds time)
    {
        wall += time;
        since_boot += time;
    }
    /// A second as the ticker sees it.
    void tick_for_a_second()
    {
        for (int i = 0; i < 100; ++i) {
            pass(10ms);
            clock.follow(wall, since_boot);
        }
    }
    TimePoint now() { return clock.now(since_boot); }
};

}  // namespace

TEST_CASE("while nobody sets the wall clock, it is the server's")
{
    Room room;
    CHECK(room.now() == room.wall);
    for (int i = 0; i < 10; ++i) room.tick_for_a_second();
    CHECK(room.now() == room.wall);
}

TEST_CASE("an hour forward or backward changes what is left of a lock by half a percent at most")
{
    for (const auto jump : {1h, -1h}) {
        Room room;
        const TimePoint began = room.now();
        room.wall += jump;
        TimePoint last = began;
        for (int i = 0; i < 30; ++i) {
            room.tick_for_a_second();
            CHECK(room.now() >= last);
            last = room.now();
        }
        CHECK(room.now() - began >= 30s - 150ms);
        CHECK(room.now() - began <= 30s + 150ms);
        CHECK(room.now() - began != 30s);
    }
}

TEST_CASE("a small error of the server's clock is gone soon, and stays gone")
{
    Room room;
    room.wall += 20ms;
    for (int i = 0; i < 5; ++i) room.tick_for_a_second();
    CHECK(room.now() == room.wall);
    room.wall -= 20ms;
    for (int i = 0; i < 5; ++i) room.tick_for_a_second();
    CHECK(room.now() == room.wall);
}

TEST_CASE("the server's clock never goes back, not even for a moment")
{
    Room room;
    room.wall -= 1h;
    TimePoint last = room.now();
    for (int i = 0; i < 1000; ++i) {
        room.pass(i % 2 == 0 ? 10ms : 1us);
        if (i % 2 == 0) room.clock.follow(room.wall, room.since_boot);
        CHECK(room.now() >= last);
        last = room.now();
    }
}

TEST_CASE("the machine's own clock runs")
{
    const auto first = server::net::time_since_boot();
    CHECK(first > 0us);
    CHECK(server::net::time_since_boot() >= first);
}
