#include "server/agenda.h"

#include <catch2/catch.hpp>
#include <string>

using server::Agenda;
using store::Deadline;
using namespace std::chrono_literals;

namespace {

Deadline at(std::chrono::milliseconds time) { return Deadline{time}; }

/// Writes down which items ran.
struct Log
{
    Agenda agenda;
    std::string ran;

    Agenda::Item add(std::chrono::milliseconds time, char name)
    {
        return agenda.add(at(time), [this, name] { ran += name; });
    }
};

}  // namespace

TEST_CASE("what is due runs, earliest first, and equals in the order in which they came")
{
    Log log;
    log.add(20ms, 'c');
    log.add(10ms, 'a');
    log.add(10ms, 'b');
    log.add(30ms, 'd');
    CHECK(log.agenda.next_deadline() == at(10ms));
    CHECK_FALSE(log.agenda.is_due(at(9ms)));
    CHECK(log.agenda.run_due(at(9ms), 10) == 0);
    CHECK(log.agenda.run_due(at(29ms), 10) == 3);
    CHECK(log.ran == "abc");
    CHECK(log.agenda.size() == 1);
}

TEST_CASE("one run is bounded")
{
    Log log;
    for (const char name : {'a', 'b', 'c'}) log.add(1ms, name);
    CHECK(log.agenda.run_due(at(1ms), 2) == 2);
    CHECK(log.ran == "ab");
    CHECK(log.agenda.is_due(at(1ms)));
}

TEST_CASE("a cancelled item never runs, and cancelling twice or too late is no error")
{
    Log log;
    const auto item = log.add(1ms, 'a');
    const auto other = log.add(1ms, 'b');
    log.agenda.cancel(item);
    log.agenda.cancel(item);
    CHECK(log.agenda.run_due(at(1ms), 10) == 1);
    log.agenda.cancel(other);
    log.agenda.cancel({});
    CHECK(log.ran == "b");
    CHECK_FALSE(log.agenda.next_deadline());
}

TEST_CASE("an item may add another, which runs at once if it is due")
{
    Log log;
    log.agenda.add(at(1ms), [&] { log.add(1ms, 'x'); });
    CHECK(log.agenda.run_due(at(1ms), 10) == 2);
    CHECK(log.ran == "x");
}
