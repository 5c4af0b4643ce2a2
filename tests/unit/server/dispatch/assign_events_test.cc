#include "server/dispatch/assign_events.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/support/client.h"

using namespace std::chrono_literals;
using store::AssignmentEvent;
using tests::Client;

namespace {

constexpr store::TimePoint kNow{1'700'000'000s};

}  // namespace

TEST_CASE("an event is one JSON object")
{
    store::AssignmentRecord record;
    record.state = store::AssignmentState::Offered;
    record.token = 7;
    record.sequence = 3;
    record.reservation = store::Reservation{
        .driver = "driver:D4", .distance_m = 1507.5, .expires_at = store::Deadline{1'700'000'030s}};
    CHECK(
        server::to_json("order:1", AssignmentEvent::Offered, record, "", kNow) ==
        R"({"event":"offered","order":"order:1","state":"offered","driver":"driver:D4","token":7,)"
        R"("distance_m":1507.5,"expires_at_ms":1700000030000,"time_ms":1700000000000,)"
        R"("sequence":3})");
}

TEST_CASE("an event without a driver says so, and names are escaped")
{
    CHECK(server::to_json("a\"b\\c\n", AssignmentEvent::Unassigned, {}, "nobody \"near\"", kNow) ==
          R"({"event":"unassigned","order":"a\"b\\c\u000a","state":"unassigned","driver":null,)"
          R"("token":0,"distance_m":null,"expires_at_ms":null,"time_ms":1700000000000,)"
          R"("sequence":0,"reason":"nobody \"near\""})");
}

TEST_CASE("listeners of the order and of the driver hear of every change, numbered")
{
    Client client;
    Client listener{client};
    listener("PSUBSCRIBE", "assign:*");
    client("GEOADD", "geo", "77.59", "12.98", "driver:D2");
    client("SADD", "available", "driver:D2");
    client("ASSIGN", "geo", "available", "order:1", "FROMLONLAT", "77.5946", "12.9716", "BYRADIUS",
           "5", "km", "OFFER");
    client("ASSIGN.REJECT", "order:1", "1");

    const std::string heard{listener.session().output.view()};
    const auto count = [&](std::string_view text) {
        int found = 0;
        for (auto at = heard.find(text); at != std::string::npos; at = heard.find(text, at + 1))
            ++found;
        return found;
    };
    CHECK(count(R"("event":"offered")") == 2);  // on assign:order:1 and on assign:driver:D2
    CHECK(count(R"("event":"rejected")") == 2);
    CHECK(count(R"("event":"unassigned")") == 1);
    CHECK(count(R"("sequence":3)") == 1);
    CHECK(heard.find("assign:driver:D2") != std::string::npos);
}
