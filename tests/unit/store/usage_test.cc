#include "store/usage.h"

#include <catch2/catch.hpp>
#include <chrono>

using namespace std::chrono_literals;
using store::Usage;
using store::UsageBits;

namespace {

struct World
{
    store::Clock clock{store::TimePoint{1'700'000'000s}};
    store::Random random{31};
    Usage usage{clock, random};

    UsageBits used(UsageBits bits, int times)
    {
        for (int i = 0; i < times; ++i) bits = usage.after_use(bits);
        return bits;
    }
};

}  // namespace

TEST_CASE("by time, a key is idle since its last use")
{
    World world;
    UsageBits bits = world.usage.of_new_key();
    CHECK(world.usage.idle_seconds(bits) == 0);
    world.clock.advance(90s);
    CHECK(world.usage.idle_seconds(bits) == 90);
    bits = world.usage.after_use(bits);
    CHECK(world.usage.idle_seconds(bits) == 0);
    CHECK(world.usage.idle_seconds(world.usage.idle_for(1000)) == 1000);
}

TEST_CASE("idle times come round after 194 days, as in Redis")
{
    World world;
    constexpr auto kRound = 16'777'215s;
    world.clock.set(store::TimePoint{kRound + 1s});  // the clock shows 0
    const UsageBits before = world.usage.idle_for(10);
    CHECK(before == kRound.count() - 10);
    CHECK(world.usage.idle_seconds(before) == 10);
    CHECK(world.usage.idle_seconds(world.usage.idle_for(20'000'000)) < kRound.count());
}

TEST_CASE("by frequency, a counter rises with the logarithm of the uses")
{
    World world;
    world.usage.choose({.measure = Usage::Measure::Frequency});
    const UsageBits fresh = world.usage.of_new_key();
    CHECK(world.usage.frequency(fresh) == 5);
    // Redis's own table for a factor of 10: 100 uses give 10, 1000 give 18, 100,000 give 142.
    CHECK(world.usage.frequency(world.used(fresh, 100)) == Approx(10).margin(4));
    CHECK(world.usage.frequency(world.used(fresh, 1000)) == Approx(18).margin(5));
    CHECK(world.usage.frequency(world.used(fresh, 100'000)) == Approx(142).margin(15));
    CHECK(world.usage.frequency(world.used(fresh, 10'000'000)) == 255);

    world.usage.choose({.measure = Usage::Measure::Frequency, .log_factor = 0});
    CHECK(world.usage.frequency(world.used(fresh, 100)) == 105);
}

TEST_CASE("without use, the counter falls")
{
    World world;
    world.usage.choose({.measure = Usage::Measure::Frequency, .decay_minutes = 2});
    world.clock.set(store::TimePoint{28'333'334min});
    const UsageBits bits = world.usage.used_as_often_as(100);
    world.clock.advance(119s);
    CHECK(world.usage.frequency(bits) == 100);
    world.clock.advance(1s);
    CHECK(world.usage.frequency(bits) == 99);
    world.clock.advance(20min);
    CHECK(world.usage.frequency(bits) == 89);
    world.clock.advance(24h);
    CHECK(world.usage.frequency(bits) == 0);
    world.usage.choose({.measure = Usage::Measure::Frequency, .decay_minutes = 0});
    CHECK(world.usage.frequency(bits) == 100);
}

TEST_CASE("what is told of a key's use is taken if it is what is measured")
{
    World world;
    const store::ToldUsage both{.idle_seconds = 70, .frequency = 9};
    CHECK(world.usage.idle_seconds(world.usage.bits_of(both)) == 70);
    CHECK(world.usage.idle_seconds(world.usage.bits_of({.frequency = 9})) == 0);
    CHECK(world.usage.told(world.usage.idle_for(70)).idle_seconds == 70);
    CHECK_FALSE(world.usage.told(0).frequency);

    world.usage.choose({.measure = Usage::Measure::Frequency});
    CHECK(world.usage.frequency(world.usage.bits_of(both)) == 9);
    CHECK(world.usage.frequency(world.usage.bits_of({.idle_seconds = 70})) == 5);
    CHECK(world.usage.told(world.usage.used_as_often_as(9)).frequency == 9);
    CHECK_FALSE(world.usage.told(0).idle_seconds);
}
