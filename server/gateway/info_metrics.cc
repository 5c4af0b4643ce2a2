#include "server/gateway/info_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <span>

#include "ascii/split.h"
#include "store/number.h"

namespace server::gateway {
namespace {

using enum MetricKind;

/// What a field's value means.
enum class Form { Number, OkIsOne, Microseconds };

/// A field of INFO that is one metric. A field may have several rows.
struct Row
{
    std::string_view field;
    std::string_view metric;
    MetricKind kind = Gauge;
    Form form = Form::Number;
};

constexpr Row kRows[] = {
    // Server and clients.
    {"uptime_in_seconds", "redis_uptime_in_seconds"},
    {"process_id", "redis_process_id"},
    {"io_threads_active", "redis_io_threads_active"},
    {"connected_clients", "redis_connected_clients"},
    {"cluster_connections", "redis_cluster_connections"},
    {"maxclients", "redis_config_maxclients"},
    {"client_recent_max_input_buffer", "redis_client_recent_max_input_buffer_bytes"},
    {"client_recent_max_output_buffer", "redis_client_recent_max_output_buffer_bytes"},
    {"blocked_clients", "redis_blocked_clients"},
    {"tracking_clients", "redis_tracking_clients"},
    {"pubsub_clients", "redis_pubsub_clients"},
    {"watching_clients", "redis_watching_clients"},
    {"clients_in_timeout_table", "redis_clients_in_timeout_table"},
    {"total_watched_keys", "redis_total_watched_keys"},
    {"total_blocking_keys", "redis_total_blocking_keys"},
    {"total_blocking_keys_on_nokey", "redis_total_blocking_keys_on_nokey"},
    // Memory.
    {"allocator_allocated", "redis_allocator_allocated_bytes"},
    {"allocator_active", "redis_allocator_active_bytes"},
    {"allocator_resident", "redis_allocator_resident_bytes"},
    {"allocator_frag_ratio", "redis_allocator_frag_ratio"},
    {"allocator_frag_bytes", "redis_allocator_frag_bytes"},
    {"allocator_rss_ratio", "redis_allocator_rss_ratio"},
    {"allocator_rss_bytes", "redis_allocator_rss_bytes"},
    {"rss_overhead_ratio", "redis_rss_overhead_ratio"},
    {"rss_overhead_bytes", "redis_rss_overhead_bytes"},
    {"mem_fragmentation_ratio", "redis_mem_fragmentation_ratio"},
    {"mem_fragmentation_bytes", "redis_mem_fragmentation_bytes"},
    {"mem_clients_normal", "redis_mem_clients_normal"},
    {"mem_clients_slaves", "redis_mem_clients_slaves"},
    {"mem_not_counted_for_evict", "redis_mem_not_counted_for_eviction_bytes"},
    {"used_memory", "redis_memory_used_bytes"},
    {"used_memory_rss", "redis_memory_used_rss_bytes"},
    {"used_memory_peak", "redis_memory_used_peak_bytes"},
    {"used_memory_overhead", "redis_memory_used_overhead_bytes"},
    {"used_memory_startup", "redis_memory_used_startup_bytes"},
    {"used_memory_dataset", "redis_memory_used_dataset_bytes"},
    {"used_memory_lua", "redis_memory_used_lua_bytes"},
    {"used_memory_vm_eval", "redis_memory_used_vm_eval_bytes"},
    {"used_memory_vm_functions", "redis_memory_used_vm_functions_bytes"},
    {"used_memory_vm_total", "redis_memory_used_vm_total_bytes"},
    {"used_memory_functions", "redis_memory_used_functions_bytes"},
    {"used_memory_scripts", "redis_memory_used_scripts_bytes"},
    {"used_memory_scripts_eval", "redis_memory_used_scripts_eval_bytes"},
    {"number_of_cached_scripts", "redis_number_of_cached_scripts"},
    {"number_of_functions", "redis_number_of_functions"},
    {"number_of_libraries", "redis_number_of_libraries"},
    {"total_system_memory", "redis_total_system_memory_bytes"},
    {"maxmemory", "redis_memory_max_bytes"},
    {"maxmemory", "redis_config_maxmemory"},
    {"active_defrag_running", "redis_active_defrag_running"},
    {"lazyfree_pending_objects", "redis_lazyfree_pending_objects"},
    // Persistence.
    {"loading", "redis_loading_dump_file"},
    {"rdb_changes_since_last_save", "redis_rdb_changes_since_last_save"},
    {"rdb_bgsave_in_progress", "redis_rdb_bgsave_in_progress"},
    {"rdb_last_save_time", "redis_rdb_last_save_timestamp_seconds"},
    {"rdb_last_bgsave_time_sec", "redis_rdb_last_bgsave_duration_sec"},
    {"rdb_current_bgsave_time_sec", "redis_rdb_current_bgsave_duration_sec"},
    {"rdb_last_cow_size", "redis_rdb_last_cow_size_bytes"},
    {"rdb_last_load_keys_expired", "redis_rdb_last_load_expired_keys"},
    {"rdb_last_load_keys_loaded", "redis_rdb_last_load_loaded_keys"},
    {"aof_enabled", "redis_aof_enabled"},
    {"aof_rewrite_in_progress", "redis_aof_rewrite_in_progress"},
    {"aof_rewrite_scheduled", "redis_aof_rewrite_scheduled"},
    {"aof_last_rewrite_time_sec", "redis_aof_last_rewrite_duration_sec"},
    {"aof_current_rewrite_time_sec", "redis_aof_current_rewrite_duration_sec"},
    {"aof_last_cow_size", "redis_aof_last_cow_size_bytes"},
    {"aof_current_size", "redis_aof_current_size_bytes"},
    {"aof_base_size", "redis_aof_base_size_bytes"},
    {"aof_pending_rewrite", "redis_aof_pending_rewrite"},
    {"aof_buffer_length", "redis_aof_buffer_length"},
    {"aof_pending_bio_fsync", "redis_aof_pending_bio_fsync"},
    {"aof_delayed_fsync", "redis_aof_delayed_fsync"},
    {"module_fork_in_progress", "redis_module_fork_in_progress"},
    {"module_fork_last_cow_size", "redis_module_fork_last_cow_size"},
    {"rdb_saves", "redis_rdb_saves_total", Counter},
    {"rdb_last_bgsave_status", "redis_rdb_last_bgsave_status", Gauge, Form::OkIsOne},
    {"aof_last_bgrewrite_status", "redis_aof_last_bgrewrite_status", Gauge, Form::OkIsOne},
    {"aof_last_write_status", "redis_aof_last_write_status", Gauge, Form::OkIsOne},
    // Stats.
    {"total_connections_received", "redis_connections_received_total", Counter},
    {"total_commands_processed", "redis_commands_processed_total", Counter},
    {"total_net_input_bytes", "redis_net_input_bytes_total", Counter},
    {"total_net_output_bytes", "redis_net_output_bytes_total", Counter},
    {"rejected_connections", "redis_rejected_connections_total", Counter},
    {"expired_keys", "redis_expired_keys_total", Counter},
    {"evicted_keys", "redis_evicted_keys_total", Counter},
    {"evicted_clients", "redis_evicted_clients_total", Counter},
    {"expire_cycle_cpu_milliseconds", "redis_expire_cycle_cpu_time_ms_total", Counter},
    {"total_eviction_exceeded_time", "redis_eviction_exceeded_time_ms_total", Counter},
    {"keyspace_hits", "redis_keyspace_hits_total", Counter},
    {"keyspace_misses", "redis_keyspace_misses_total", Counter},
    {"unexpected_error_replies", "redis_unexpected_error_replies", Counter},
    {"total_error_replies", "redis_total_error_replies", Counter},
    {"total_reads_processed", "redis_total_reads_processed", Counter},
    {"total_writes_processed", "redis_total_writes_processed", Counter},
    {"io_threaded_reads_processed", "redis_io_threaded_reads_processed", Counter},
    {"io_threaded_writes_processed", "redis_io_threaded_writes_processed", Counter},
    {"client_query_buffer_limit_disconnections",
     "redis_client_query_buffer_limit_disconnections_total", Counter},
    {"client_output_buffer_limit_disconnections",
     "redis_client_output_buffer_limit_disconnections_total", Counter},
    {"acl_access_denied_auth", "redis_acl_access_denied_auth_total", Counter},
    {"acl_access_denied_cmd", "redis_acl_access_denied_cmd_total", Counter},
    {"acl_access_denied_key", "redis_acl_access_denied_key_total", Counter},
    {"acl_access_denied_channel", "redis_acl_access_denied_channel_total", Counter},
    {"instantaneous_ops_per_sec", "redis_instantaneous_ops_per_sec"},
    {"expired_stale_perc", "redis_expired_stale_percentage"},
    {"expired_time_cap_reached_count", "redis_expired_time_cap_reached_total"},
    {"current_eviction_exceeded_time", "redis_current_eviction_exceeded_time_ms"},
    {"pubsub_channels", "redis_pubsub_channels"},
    {"pubsub_patterns", "redis_pubsub_patterns"},
    {"pubsubshard_channels", "redis_pubsubshard_channels"},
    {"migrate_cached_sockets", "redis_migrate_cached_sockets_total"},
    {"slave_expires_tracked_keys", "redis_slave_expires_tracked_keys"},
    {"active_defrag_hits", "redis_defrag_hits"},
    {"active_defrag_misses", "redis_defrag_misses"},
    {"active_defrag_key_hits", "redis_defrag_key_hits"},
    {"active_defrag_key_misses", "redis_defrag_key_misses"},
    {"tracking_total_keys", "redis_tracking_total_keys"},
    {"tracking_total_items", "redis_tracking_total_items"},
    {"tracking_total_prefixes", "redis_tracking_total_prefixes"},
    {"sync_full", "redis_replica_resyncs_full"},
    {"sync_partial_ok", "redis_replica_partial_resync_accepted"},
    {"sync_partial_err", "redis_replica_partial_resync_denied"},
    {"latest_fork_usec", "redis_latest_fork_seconds", Gauge, Form::Microseconds},
    // Replication, cluster, processor.
    {"connected_slaves", "redis_connected_slaves"},
    {"repl_backlog_active", "redis_repl_backlog_is_active"},
    {"repl_backlog_size", "redis_replication_backlog_bytes"},
    {"repl_backlog_first_byte_offset", "redis_repl_backlog_first_byte_offset"},
    {"repl_backlog_histlen", "redis_repl_backlog_history_bytes"},
    {"master_repl_offset", "redis_master_repl_offset"},
    {"second_repl_offset", "redis_second_repl_offset"},
    {"cluster_enabled", "redis_cluster_enabled"},
    {"used_cpu_sys", "redis_cpu_sys_seconds_total", Counter},
    {"used_cpu_user", "redis_cpu_user_seconds_total", Counter},
    {"used_cpu_sys_children", "redis_cpu_sys_children_seconds_total", Counter},
    {"used_cpu_user_children", "redis_cpu_user_children_seconds_total", Counter},
    {"used_cpu_sys_main_thread", "redis_cpu_sys_main_thread_seconds_total", Counter},
    {"used_cpu_user_main_thread", "redis_cpu_user_main_thread_seconds_total", Counter},
    // Dispatch.
    {"offers_open", "dabba_offers_open"},
    {"orders_assigned", "dabba_orders_assigned"},
    {"total_offers", "dabba_offers_total", Counter},
    {"total_assigned", "dabba_assigned_total", Counter},
    {"total_rejected", "dabba_rejected_total", Counter},
    {"total_timed_out", "dabba_timed_out_total", Counter},
    {"total_lost", "dabba_lost_total", Counter},
    {"total_released", "dabba_released_total", Counter},
    {"total_completed", "dabba_completed_total", Counter},
    {"total_cancelled", "dabba_cancelled_total", Counter},
    {"total_expired", "dabba_expired_total", Counter},
    {"total_unassigned", "dabba_unassigned_total", Counter},
    {"searches", "dabba_searches_total", Counter},
    {"drivers_looked_at", "dabba_drivers_looked_at_total", Counter},
};

/// The rows by their fields.
using Table = std::array<Row, std::size(kRows)>;

const Table& table()
{
    static const Table sorted = [] {
        Table rows;
        std::ranges::copy(kRows, rows.begin());
        std::ranges::stable_sort(rows, {}, &Row::field);
        return rows;
    }();
    return sorted;
}

double number(std::string_view text) { return store::parse_double(text).value_or(0); }

double seconds(std::string_view microseconds) { return number(microseconds) / 1e6; }

void add_field(std::string_view field, std::string_view value, MetricsPage& page)
{
    for (const Row& row : std::ranges::equal_range(table(), field, {}, &Row::field)) {
        const std::string help = fmt::format("{} of INFO", field);
        switch (row.form) {
            case Form::Number: page.add(row.metric, row.kind, help, value); break;
            case Form::OkIsOne:
                page.add(row.metric, row.kind, help, value == "ok" ? "1" : "0");
                break;
            case Form::Microseconds: page.add(row.metric, row.kind, help, seconds(value)); break;
        }
    }
}

/// The value of one of the parts of "calls=1,usec=37".
std::string_view part(std::string_view parts, std::string_view name)
{
    for (const auto one : ascii::split(parts, ',')) {
        if (one.starts_with(name) && one.substr(name.size()).starts_with('='))
            return one.substr(name.size() + 1);
    }
    return "0";
}

/// One of several of a kind: a command, a database.
struct Entry
{
    std::string name;
    std::string_view parts;
};

/// Of "cmdstat_get:calls=1,usec=37" and the word "cmdstat_", "get" and what follows the colon.
/// Nothing if the line begins otherwise.
std::optional<Entry> entry_of(std::string_view line, std::string_view word)
{
    if (!line.starts_with(word)) return std::nullopt;
    const std::size_t colon = line.rfind(':');  // of an error, the name may have one
    return Entry{std::string{line.substr(word.size(), colon - word.size())},
                 line.substr(colon + 1)};
}

constexpr std::string_view kPercentiles = "redis_latency_percentiles_usec";
constexpr std::string_view kPercentilesHelp = "Percentiles of the time of each command's calls";

void add_command(const Entry& command, MetricsPage& page)
{
    const Labels labels = {{"cmd", command.name}};
    const auto add = [&](std::string_view name, std::string_view help, const auto& value) {
        page.add(name, Counter, help, value, labels);
    };
    add("redis_commands_total", "Calls of each command", part(command.parts, "calls"));
    add("redis_commands_duration_seconds_total", "Time that calls of each command took",
        seconds(part(command.parts, "usec")));
    add("redis_commands_rejected_calls_total", "Calls of each command that were not executed",
        part(command.parts, "rejected_calls"));
    add("redis_commands_failed_calls_total", "Calls of each command that failed",
        part(command.parts, "failed_calls"));
    for (const auto& [suffix, name] : {std::pair{"_sum", "usec"}, {"_count", "calls"}})
        page.add(kPercentiles, Summary, kPercentilesHelp, part(command.parts, name), labels,
                 suffix);
}

void add_percentiles(const Entry& command, MetricsPage& page)
{
    for (const auto one : ascii::split(command.parts, ',')) {
        const std::size_t sign = one.find('=');
        if (!one.starts_with('p') || sign == one.npos) continue;
        const Labels labels = {{"cmd", command.name},
                               {"quantile", std::string{one.substr(1, sign - 1)}}};
        page.add(kPercentiles, Summary, kPercentilesHelp, one.substr(sign + 1), labels);
    }
}

void add_database(const Entry& database, MetricsPage& page)
{
    const Labels labels = {{"db", "db" + database.name}};
    page.add("redis_db_keys", Gauge, "Keys of each database", part(database.parts, "keys"), labels);
    page.add("redis_db_keys_expiring", Gauge, "Keys of each database that have a deadline",
             part(database.parts, "expires"), labels);
    page.add("redis_db_avg_ttl_seconds", Gauge, "How long they have on average",
             number(part(database.parts, "avg_ttl")) / 1000, labels);
}

void add_error(const Entry& error, MetricsPage& page)
{
    page.add("redis_errors_total", Counter, "Errors of each kind", part(error.parts, "count"),
             {{"err", error.name}});
}

void add_time_to_assignment(const Entry& percentile, MetricsPage& page)
{
    page.add("dabba_time_to_assignment_seconds", Summary, "From ASSIGN to the driver who took it",
             number(percentile.parts) / 1000,
             {{"quantile", fmt::format("{}", number(percentile.name) / 100)}});
}

/// Lines that are told apart by how they begin.
constexpr std::pair<std::string_view, void (*)(const Entry&, MetricsPage&)> kKinds[] = {
    {"cmdstat_", add_command},
    {"latency_percentiles_usec_", add_percentiles},
    {"errorstat_", add_error},
    {"db", add_database},
    {"time_to_assignment_ms_p", add_time_to_assignment},
};

/// The value of a field; empty if there is none.
std::string_view value_of(std::string_view info, std::string_view field)
{
    const std::string head = fmt::format("\n{}:", field);
    const std::size_t place = info.find(head);
    if (place == info.npos) return {};
    const std::string_view rest = info.substr(place + head.size());
    return rest.substr(0, rest.find('\r'));
}

/// What has no number, as labels, and since when it is so.
void add_identity(std::string_view info, MetricsPage& page)
{
    Labels labels;
    for (const std::string_view name :
         {"dabba_version", "maxmemory_policy", "os", "process_id", "redis_mode", "redis_version",
          "role", "run_id", "tcp_port"})
        labels.emplace_back(name, value_of(info, name));
    page.add("redis_instance_info", Gauge, "What the server is", "1", labels);
    const double now = seconds(value_of(info, "server_time_usec"));
    const double uptime = number(value_of(info, "uptime_in_seconds"));
    page.add("redis_start_time_seconds", Gauge, "When it started", std::floor(now) - uptime);
}

}  // namespace

void add_info(std::string_view info, MetricsPage& page)
{
    page.add("redis_up", Gauge, "The server answers", "1");
    add_identity(info, page);
    for (std::string_view line : ascii::split(info, '\n')) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const std::size_t colon = line.find(':');
        if (line.starts_with('#') || colon == line.npos) continue;
        for (const auto& [word, add] : kKinds)
            if (const auto entry = entry_of(line, word)) add(*entry, page);
        add_field(line.substr(0, colon), line.substr(colon + 1), page);
    }
}

}  // namespace server::gateway
