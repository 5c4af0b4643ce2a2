#include <catch2/catch.hpp>
#include <chrono>
#include <string>

#include "server/insight/latency_events.h"
#include "server/insight/latency_graph.h"
#include "server/insight/latency_report.h"

using namespace std::chrono_literals;
using server::LatencyEvents;

namespace {

constexpr store::TimePoint kStart{1'000'000s};

/// What redis-server 7.0 was made to say the same about.
LatencyEvents five_slow_commands()
{
    LatencyEvents events;
    int second = 0;
    for (const auto took : {30ms, 50ms, 100ms, 200ms, 40ms})
        events.add("command", kStart + std::chrono::seconds{second++}, took);
    return events;
}

constexpr server::LatencySettings kSettings{
    .threshold_ms = 20, .slow_log_threshold_us = 10'000, .slow_log_max_entries = 128};

}  // namespace

TEST_CASE("of each second the worst event is kept, of all seconds the last 160")
{
    LatencyEvents events;
    events.add("command", kStart, 30ms);
    events.add("command", kStart + 999ms, 50ms);
    events.add("command", kStart + 999ms, 40ms);
    const auto& series = *events.find("command");
    REQUIRE(series.size() == 1);
    CHECK(series.latest().ms == 50);
    for (int second = 1; second <= 200; ++second)
        events.add("command", kStart + std::chrono::seconds{second}, 20ms);
    CHECK(series.size() == LatencyEvents::Series::kMaxSamples);
    CHECK(series[0].second == 1'000'041);
    CHECK(series.latest().second == 1'000'200);
    CHECK(series.max_ms() == 50);
    CHECK(events.erase("command"));
    CHECK_FALSE(events.erase("command"));
    CHECK(events.find("command") == nullptr);
}

TEST_CASE("the graph has a column for each second, with its age below")
{
    const LatencyEvents events = five_slow_commands();
    const std::string rule(80, '-');
    CHECK(server::latency_graph("command", *events.find("command"), kStart + 5s) ==
          "command - high 200 ms, low 30 ms (all time high 200 ms)\n" + rule +
              "\n"
              "   # \n"
              "   | \n"
              "  o| \n"
              "_o||_\n"
              "     \n"
              "54321\n"
              "sssss\n");
}

TEST_CASE("a graph of one value is flat, and more than 80 columns go below each other")
{
    LatencyEvents events;
    for (int second = 0; second < 81; ++second)
        events.add("command", kStart + std::chrono::seconds{second}, 10ms);
    const std::string graph =
        server::latency_graph("command", *events.find("command"), kStart + 90s);
    CHECK(graph.find(std::string(80, '_') + "\n") != std::string::npos);
    CHECK(graph.ends_with("\n\n \n \n \n_\n \n1\n0\ns\n"));
}

TEST_CASE("the doctor tells mean, deviation and period, and what may be done")
{
    const std::string report = server::latency_report(five_slow_commands(), kSettings, kStart + 5s);
    CHECK(report ==
          "Dave, I have observed latency spikes in this Redis instance. You don't mind talking "
          "about it, do you Dave?\n\n"
          "1. command: 5 latency spikes (average 84ms, mean deviation 52ms, period 1.00 sec). "
          "Worst all time event 200ms.\n\n"
          "I have a few advices for you:\n\n"
          "- Check your Slow Log to understand what are the commands you are running which are "
          "too slow to execute. Please check https://redis.io/commands/slowlog for more "
          "information.\n"
          "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a "
          "blocking operation. If you have very large objects that are often deleted, expired, or "
          "evicted, try to fragment those objects into multiple smaller objects.\n");
}

TEST_CASE("the doctor's advice depends on the slow log and on the events")
{
    auto settings = kSettings;
    const auto has = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    settings.slow_log_threshold_us = -1;
    CHECK(has(server::latency_report(five_slow_commands(), settings, kStart),
              "Try to enable the Slow Log Redis feature using the command 'CONFIG SET "
              "slowlog-log-slower-than 20000'."));
    settings.slow_log_threshold_us = 50'000;
    CHECK(has(server::latency_report(five_slow_commands(), settings, kStart),
              "Please use 'CONFIG SET slowlog-log-slower-than 20000'."));
    LatencyEvents events;
    events.add("expire-cycle", kStart, 30ms);
    CHECK(
        has(server::latency_report(events, settings, kStart), "not able to suggest any easy fix"));
    events.add("fast-command", kStart, 30ms);
    CHECK(has(server::latency_report(events, settings, kStart), "noisy neighbour"));
    CHECK(has(server::latency_report({}, settings, kStart), "no latency spike was observed"));
    settings.threshold_ms = 0;
    CHECK(has(server::latency_report({}, settings, kStart), "I can't do that"));
}
