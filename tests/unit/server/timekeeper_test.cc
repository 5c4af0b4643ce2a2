#include "server/timekeeper.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace {

store::TimePoint at(std::chrono::microseconds time) { return store::TimePoint{time}; }

}  // namespace

TEST_CASE("the server's time follows the wall clock")
{
    store::Clock clock;
    server::Timekeeper timekeeper{clock};
    timekeeper.observe(at(100s));
    CHECK(clock.now() == at(100s));
    timekeeper.observe(at(101s));
    CHECK(clock.now() == at(101s));
}

TEST_CASE("shifted time stays at its distance")
{
    store::Clock clock;
    server::Timekeeper timekeeper{clock};
    timekeeper.observe(at(100s));
    timekeeper.shift(30s);
    CHECK(clock.now() == at(130s));
    timekeeper.observe(at(101s));
    CHECK(clock.now() == at(131s));
}

TEST_CASE("frozen time stands still until it goes on from there")
{
    store::Clock clock;
    server::Timekeeper timekeeper{clock};
    timekeeper.observe(at(100s));
    timekeeper.freeze();
    CHECK(timekeeper.is_frozen());
    timekeeper.observe(at(160s));
    CHECK(clock.now() == at(100s));
    timekeeper.shift(5s);
    CHECK(clock.now() == at(105s));
    timekeeper.resume();
    CHECK(clock.now() == at(105s));
    timekeeper.observe(at(161s));
    CHECK(clock.now() == at(106s));
}
