#include "server/access/denial_log.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using server::access::DenialLog;
using server::access::Reason;

namespace {

DenialLog::Entry entry(std::string object, std::chrono::seconds at)
{
    return {.reason = Reason::Key,
            .context = "toplevel",
            .object = std::move(object),
            .user = "anna",
            .client = "",
            .updated_at = store::TimePoint{at}};
}

}  // namespace

TEST_CASE("the same refusal within a minute is one entry")
{
    DenialLog log;
    log.add(entry("a", 0s), 8);
    log.add(entry("b", 10s), 8);
    log.add(entry("a", 60s), 8);
    REQUIRE(log.entries().size() == 2);
    CHECK(log.entries()[0].object == "a");
    CHECK(log.entries()[0].count == 2);
    CHECK(log.entries()[0].id == 0);
    CHECK(log.entries()[0].created_at == store::TimePoint{0s});
    log.add(entry("b", 71s), 8);
    REQUIRE(log.entries().size() == 3);
    CHECK(log.entries()[0].id == 2);
}

TEST_CASE("the log forgets the oldest entries")
{
    DenialLog log;
    for (const auto object : {"a", "b", "c"}) log.add(entry(object, 0s), 2);
    REQUIRE(log.entries().size() == 2);
    CHECK(log.entries()[1].object == "b");
    log.add(entry("d", 0s), 0);
    CHECK(log.entries().empty());
}
