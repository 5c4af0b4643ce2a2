#include "server/dispatch/offer_timers.h"

#include <catch2/catch.hpp>
#include <chrono>

using server::OfferTimers;
using store::Deadline;
using namespace std::chrono_literals;

namespace {

Deadline at(std::chrono::milliseconds time) { return Deadline{time}; }

}  // namespace

TEST_CASE("offers come out when their time is over, the earliest first")
{
    OfferTimers timers;
    timers.set(0, "order:2", at(200ms));
    timers.set(1, "order:1", at(100ms));
    timers.set(0, "order:3", at(300ms));
    CHECK_FALSE(timers.take_due(at(99ms)));
    CHECK(timers.take_due(at(200ms))->order == "order:1");
    CHECK(timers.take_due(at(200ms))->order == "order:2");
    CHECK_FALSE(timers.take_due(at(200ms)));
    CHECK(timers.all().size() == 1);
}

TEST_CASE("an order has one offer at a time")
{
    OfferTimers timers;
    timers.set(0, "order:1", at(100ms));
    timers.set(0, "order:1", at(500ms));
    CHECK_FALSE(timers.take_due(at(100ms)));
    timers.set(3, "order:1", at(50ms));  // another database, another order
    CHECK(timers.take_due(at(100ms))->database == 3);
    timers.clear(0, "order:1");
    timers.clear(0, "order:1");
    CHECK(timers.all().empty());
}
