#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "server/catalogue/command.h"
#include "server/catalogue/docs.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/execution/call.h"
#include "server/insight/insight.h"
#include "server/insight/latency_graph.h"
#include "server/insight/latency_report.h"
#include "server/server.h"

namespace server::commands {

namespace {

void latest(Call& call)
{
    const auto& all = call.server.insight->latency.all();
    call.reply.array(all.size());
    for (const auto& [event, series] : all) {
        call.reply.array(4);
        call.reply.bulk(event);
        call.reply.integer(series.latest().second);
        call.reply.integer(series.latest().ms);
        call.reply.integer(series.max_ms());
    }
}

void history(Call& call)
{
    const auto* series = call.server.insight->latency.find(call.args.next());
    const std::size_t size = series == nullptr ? 0 : series->size();
    call.reply.array(size);
    for (std::size_t i = 0; i < size; ++i) {
        call.reply.array(2);
        call.reply.integer((*series)[i].second);
        call.reply.integer((*series)[i].ms);
    }
}

void reset(Call& call)
{
    LatencyEvents& latency = call.server.insight->latency;
    std::int64_t count = 0;
    if (call.args.done()) {
        count = static_cast<std::int64_t>(latency.all().size());
        latency.clear();
    }
    for (const auto event : call.args.rest()) count += latency.erase(event) ? 1 : 0;
    call.reply.integer(count);
}

void graph(Call& call)
{
    const auto event = call.args.next();
    const auto* series = call.server.insight->latency.find(event);
    if (series == nullptr) throw CommandError{"ERR No samples available for event '{}'", event};
    call.reply.verbatim("txt", latency_graph(event, *series, call.server.clock.now()));
}

void doctor(Call& call)
{
    const Options& options = call.server.options;
    const LatencySettings settings{.threshold_ms = options.latency_monitor_threshold,
                                   .slow_log_threshold_us = options.slowlog_log_slower_than,
                                   .slow_log_max_entries = options.slowlog_max_len};
    call.reply.verbatim(
        "txt", latency_report(call.server.insight->latency, settings, call.server.clock.now()));
}

/// Rows in powers of two from 1,024 ns: those in which something new was counted.
void reply_histogram(protocol::ReplyWriter& reply, const Histogram& histogram)
{
    constexpr std::int64_t kFirstStepNs = 1024;
    std::vector<std::pair<std::int64_t, std::uint64_t>> rows;
    std::uint64_t counted = 0;
    for (std::int64_t step = kFirstStepNs; counted < histogram.total(); step *= 2) {
        const std::uint64_t count = histogram.up_to(step);
        if (count == counted) continue;
        rows.emplace_back(Histogram::end_of_bucket(step) / 1000, count);
        counted = count;
    }
    reply.map(2);
    reply.bulk("calls");
    reply.integer(static_cast<std::int64_t>(histogram.total()));
    reply.bulk("histogram_usec");
    reply.map(rows.size());
    for (const auto& [microseconds, count] : rows) {
        reply.integer(microseconds);
        reply.integer(static_cast<std::int64_t>(count));
    }
}

/// A container means its subcommands; a name that is not known means nothing.
void add_named(const CommandTable& table, std::string_view name, std::vector<const Command*>& rows)
{
    const auto bar = std::min(name.find('|'), name.size());
    const Command* const command = bar == name.size()
                                       ? table.find(name)
                                       : table.find(name.substr(0, bar), name.substr(bar + 1));
    if (command == nullptr) return;
    rows.push_back(command);
    if (!table.is_container(*command)) return;
    for (const Command* const row : subcommands(table, *command)) rows.push_back(row);
}

void histogram(Call& call)
{
    const CommandTable& table = call.server.commands;
    std::vector<const Command*> rows;
    if (call.args.done()) rows.assign(table.all().begin(), table.all().end());
    for (const auto name : call.args.rest()) add_named(table, name, rows);
    Stats& stats = call.server.stats;
    std::erase_if(rows, [&](const Command* row) { return stats.of(*row).histogram() == nullptr; });

    call.reply.map(rows.size());
    for (const Command* const row : rows) {
        call.reply.bulk(full_name(*row));
        reply_histogram(call.reply, *stats.of(*row).histogram());
    }
}

constexpr std::uint32_t kFlags = kAdmin | kNoscript | kLoading | kStale;
constexpr std::string_view kToAll =
    "nondeterministic_output request_policy:all_nodes response_policy:special";

constexpr Command kCommands[] = {
    {.name = "LATENCY",
     .summary = "A container for latency diagnostics commands.",
     .since = "2.8.13",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "LATENCY DOCTOR",
     .summary = "Returns a human-readable latency analysis report.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = doctor,
     .tips = kToAll},
    {.name = "LATENCY GRAPH",
     .syntax = "event",
     .summary = "Returns a latency graph for an event.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = graph,
     .tips = kToAll},
    {.name = "LATENCY HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "LATENCY HISTOGRAM",
     .syntax = "[command [command ...]]",
     .summary = "Returns the cumulative distribution of latencies of a subset or all commands.",
     .since = "7.0.0",
     .complexity =
         "O(N) where N is the number of commands with latency information being retrieved.",
     .group = Group::Server,
     .flags = kFlags,
     .run = histogram,
     .tips = kToAll},
    {.name = "LATENCY HISTORY",
     .syntax = "event",
     .summary = "Returns timestamp-latency samples for an event.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = history,
     .tips = kToAll},
    {.name = "LATENCY LATEST",
     .summary = "Returns the latest latency samples for all events.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = latest,
     .tips = kToAll},
    {.name = "LATENCY RESET",
     .syntax = "[event [event ...]]",
     .summary = "Resets the latency data for one or more events.",
     .since = "2.8.13",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kFlags,
     .run = reset,
     .tips = "request_policy:all_nodes response_policy:all_succeeded"},
};

}  // namespace

std::span<const Command> latency() { return kCommands; }

}  // namespace server::commands
