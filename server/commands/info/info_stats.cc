#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "server/clients/tracking.h"
#include "server/commands/info/info.h"
#include "server/config/option_value.h"
#include "server/server.h"
#include "store/number.h"

namespace server::commands {

namespace {

std::string kilobytes(const Meter& bytes)
{
    return fmt::format("{:.2f}", bytes.per_second() / 1024);
}

std::vector<double> numbers(std::string_view text)
{
    std::vector<double> found;
    for (const auto word : split_at_spaces(text))
        if (const auto number = store::parse_double(word)) found.push_back(*number);
    return found;
}

void write_traffic(const Stats& stats, Fields& fields)
{
    fields.add("total_connections_received", stats.connections_received);
    fields.add("total_commands_processed", stats.commands_processed());
    fields.add("instantaneous_ops_per_sec",
               static_cast<std::int64_t>(stats.commands_meter.per_second()));
    fields.add("total_net_input_bytes", stats.input_bytes);
    fields.add("total_net_output_bytes", stats.output_bytes);
    fields.add_all({"total_net_repl_input_bytes", "total_net_repl_output_bytes"}, 0);
    fields.add("instantaneous_input_kbps", kilobytes(stats.input_meter));
    fields.add("instantaneous_output_kbps", kilobytes(stats.output_meter));
    fields.add_all({"instantaneous_input_repl_kbps", "instantaneous_output_repl_kbps"}, "0.00");
}

/// Keys go as soon as they are due: none is ever found stale, nor does it take too long.
void write_keys_gone(const Server& server, Fields& fields)
{
    const Stats& stats = server.stats;
    fields.add("expired_keys", stats.keys_expired);
    fields.add("expired_stale_perc", "0.00");
    fields.add("expired_time_cap_reached_count", 0);
    fields.add("expire_cycle_cpu_milliseconds",
               std::chrono::floor<std::chrono::milliseconds>(stats.expire_time).count());
    fields.add("evicted_keys", stats.keys_evicted);
    fields.add("evicted_clients", stats.clients_evicted);
    using Ms = std::chrono::milliseconds;
    std::chrono::nanoseconds current{};
    if (stats.over_memory_since) current = server.stopwatch() - *stats.over_memory_since;
    const auto total = stats.time_over_memory + current;
    fields.add("total_eviction_exceeded_time", std::chrono::floor<Ms>(total).count());
    fields.add("current_eviction_exceeded_time", std::chrono::floor<Ms>(current).count());
}

void write_lookups(Server& server, Fields& fields)
{
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    for (int index = 0; index < server.databases.count(); ++index) {
        hits += server.databases[index].hits();
        misses += server.databases[index].misses();
    }
    fields.add("keyspace_hits", hits);
    fields.add("keyspace_misses", misses);
}

}  // namespace

void write_stats(Server& server, Fields& fields)
{
    const Stats& stats = server.stats;
    write_traffic(stats, fields);
    fields.add("rejected_connections", stats.connections_rejected);
    fields.add_all({"sync_full", "sync_partial_ok", "sync_partial_err"}, 0);
    write_keys_gone(server, fields);
    write_lookups(server, fields);
    fields.add("pubsub_channels", server.pubsub.of(Topic::Channel).size());
    fields.add("pubsub_patterns", server.pubsub.of(Topic::Pattern).size());
    fields.add("pubsubshard_channels", server.pubsub.of(Topic::ShardChannel).size());
    // Nothing forks, moves to other servers, or is defragmented; buffers for replies are lent.
    fields.add_all(
        {"latest_fork_usec", "total_forks", "migrate_cached_sockets", "slave_expires_tracked_keys",
         "active_defrag_hits", "active_defrag_misses", "active_defrag_key_hits",
         "active_defrag_key_misses", "total_active_defrag_time", "current_active_defrag_time"},
        0);
    fields.add("tracking_total_keys", server.tracking->keys());
    fields.add("tracking_total_items", server.tracking->items());
    fields.add("tracking_total_prefixes", server.tracking->prefixes());
    fields.add("unexpected_error_replies", 0);  // to replicas
    fields.add("total_error_replies", stats.error_replies);
    fields.add("total_reads_processed", stats.reads);
    fields.add("total_writes_processed", stats.writes);
    fields.add_all({"io_threaded_reads_processed", "io_threaded_writes_processed",
                    "reply_buffer_shrinks", "reply_buffer_expands", "dump_payload_sanitizations"},
                   0);
    fields.add("client_query_buffer_limit_disconnections", stats.query_limit_disconnections);
    fields.add("client_output_buffer_limit_disconnections", stats.output_limit_disconnections);
    fields.add("acl_access_denied_auth", stats.wrong_passwords);
    fields.add("acl_access_denied_cmd", stats.commands_denied);
    fields.add("acl_access_denied_key", stats.keys_denied);
    fields.add("acl_access_denied_channel", stats.channels_denied);
}

void write_commandstats(Server& server, Fields& fields)
{
    for (const Command* command : server.commands.all()) {
        const CommandStats& stats = server.stats.of(*command);
        if (stats.calls() + stats.rejected_calls + stats.failed_calls == 0) continue;
        const std::chrono::duration<double, std::micro> time = stats.total_time();
        const auto calls = std::max<std::uint64_t>(stats.calls(), 1);
        fields.add(
            fmt::format("cmdstat_{}", full_name(*command)),
            fmt::format("calls={},usec={:.0f},usec_per_call={:.2f},rejected_calls={},"
                        "failed_calls={}",
                        stats.calls(), time.count(), time.count() / static_cast<double>(calls),
                        stats.rejected_calls, stats.failed_calls));
    }
}

void write_errorstats(Server& server, Fields& fields)
{
    for (const auto& [prefix, count] : server.stats.errors_by_prefix)
        fields.add(fmt::format("errorstat_{}", prefix), fmt::format("count={}", count));
}

/// Nothing while latency-tracking is off, as in Redis.
void write_latencystats(Server& server, Fields& fields)
{
    if (!server.options.latency_tracking) return;
    const std::vector<double> percents = numbers(server.options.latency_tracking_percentiles);
    for (const Command* command : server.commands.all()) {
        const Histogram* const histogram = server.stats.of(*command).histogram();
        if (histogram == nullptr) continue;
        std::string line;
        for (const double percent : percents) {
            const auto microseconds = static_cast<double>(histogram->percentile(percent)) / 1000;
            line += fmt::format("{}p{}={:.3f}", line.empty() ? "" : ",", percent, microseconds);
        }
        fields.add(fmt::format("latency_percentiles_usec_{}", full_name(*command)), line);
    }
}

void write_dispatch(Server& server, Fields& fields)
{
    using store::AssignmentEvent;
    const Dispatcher& dispatcher = server.dispatcher;
    const DispatchStats& stats = dispatcher.stats();
    fields.add("offers_open", dispatcher.open_offers());
    fields.add("orders_assigned", dispatcher.open_orders() - dispatcher.open_offers());
    fields.add("total_offers", stats.of(AssignmentEvent::Offered));
    fields.add("total_assigned", stats.of(AssignmentEvent::Assigned));
    fields.add("total_rejected", stats.of(AssignmentEvent::Rejected));
    fields.add("total_timed_out", stats.of(AssignmentEvent::TimedOut));
    fields.add("total_lost", stats.of(AssignmentEvent::Lost));
    fields.add("total_released", stats.of(AssignmentEvent::Released));
    fields.add("total_completed", stats.of(AssignmentEvent::Completed));
    fields.add("total_cancelled", stats.of(AssignmentEvent::Cancelled));
    fields.add("total_expired", stats.of(AssignmentEvent::Expired));
    fields.add("total_unassigned", stats.of(AssignmentEvent::Unassigned));
    const auto searches = std::max<std::uint64_t>(stats.searches.searches, 1);
    fields.add("searches", stats.searches.searches);
    fields.add("drivers_looked_at", stats.searches.drivers);
    fields.add("drivers_looked_at_per_search",
               fmt::format("{:.2f}", static_cast<double>(stats.searches.drivers) /
                                         static_cast<double>(searches)));
    fields.add("time_to_assignment_ms_p50", stats.ms_to_assignment.percentile(50));
    fields.add("time_to_assignment_ms_p99", stats.ms_to_assignment.percentile(99));
}

}  // namespace server::commands
