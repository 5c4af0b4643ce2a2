#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "server/clients/tracking.h"
#include "server/commands/info/info.h"
#include "server/config/option_table.h"
#include "server/config/option_value.h"
#include "server/persistence/persistence.h"
#include "server/server.h"
#include "server/version.h"

namespace server::commands {

namespace {

std::string path_of_executable()
{
    std::array<char, 4096> path;
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    return size < 0 ? std::string{} : std::string{path.data(), static_cast<std::size_t>(size)};
}

void write_listeners(const Options& options, Fields& fields)
{
    std::string addresses;
    for (const std::string& address : options.bind) addresses += ",bind=" + address;
    // Redis's numbers are those of the kinds, whether they are there or not.
    if (options.port != 0)
        fields.add("listener0", fmt::format("name=tcp{},port={}", addresses, options.port));
    if (!options.unix_socket.empty())
        fields.add("listener1", "name=unix,bind=" + options.unix_socket);
    if (options.tls_port != 0)
        fields.add("listener2", fmt::format("name=tls{},port={}", addresses, options.tls_port));
}

void write_pause(const Server& server, Fields& fields)
{
    const bool active = server.pause.active();
    const bool all = server.pause.scope() == Pause::Scope::All;
    std::chrono::milliseconds left{};
    if (active) left = server.pause.ends_at() - server.clock.now_ms();
    fields.add("paused_reason", active ? "client_pause" : "none");
    fields.add("paused_actions", !active ? "none" : all ? "all" : "write");
    fields.add("paused_timeout_milliseconds", left.count());
}

/// Redis tells the largest of the last seconds, Dabba the largest of now.
void write_largest_buffers(const Server& server, Fields& fields)
{
    std::size_t input = 0;
    std::size_t output = 0;
    for (const auto& [id, session] : server.sessions) {
        const Peer* const peer = session->peer;
        if (peer == nullptr) continue;
        input = std::max(input, peer->query_bytes() + peer->query_room());
        output = std::max(output, peer->reply_room());
    }
    fields.add("client_recent_max_input_buffer", input);
    fields.add("client_recent_max_output_buffer", output);
}

}  // namespace

void write_server(Server& server, Fields& fields)
{
    utsname system{};
    uname(&system);
    const auto now = server.clock.now();
    const auto uptime = whole_seconds(now - server.started_at);
    // Clients choose what to send by Redis's version: theirs first, ours under our own name.
    const Model& model = server.dialect.model();
    fields.add("redis_version", redis_version_of(model));
    if (model.is_valkey) {
        fields.add("server_name", "valkey");
        fields.add("valkey_version", model.version);
        fields.add("valkey_release_stage", "ga");
    }
    fields.add("dabba_version", kVersion);
    fields.add("redis_git_sha1", "00000000");  // unknown, as in packages of Redis
    fields.add("redis_git_dirty", 0);
    fields.add("redis_build_id", build_id());
    fields.add(model.is_valkey ? "server_mode" : "redis_mode", "standalone");
    fields.add("os", fmt::format("{} {} {}", system.sysname, system.release, system.machine));
    fields.add("arch_bits", sizeof(void*) * 8);
    fields.add("monotonic_clock", "POSIX clock_gettime");
    fields.add("multiplexing_api", "epoll");
    fields.add("gcc_version",
               fmt::format("{}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__));
    fields.add("process_id", getpid());
    fields.add("process_supervised", server.options.supervised);
    fields.add("run_id", server.run_id);
    const Options& options = server.options;
    fields.add("tcp_port", options.port != 0 ? options.port : options.tls_port);
    fields.add("server_time_usec", now.time_since_epoch().count());
    fields.add("uptime_in_seconds", uptime);
    fields.add("uptime_in_days", uptime / (24 * 60 * 60));
    const std::string hz = get_value(options, *find_option("hz"));
    fields.add("hz", hz);
    fields.add("configured_hz", hz);
    fields.add("lru_clock", server.databases.usage.now());
    fields.add("executable", path_of_executable());
    fields.add("config_file", options.config_file);
    fields.add("io_threads_active", 0);
    write_listeners(server.options, fields);
}

void write_clients(Server& server, Fields& fields)
{
    const auto subscribers =
        std::count_if(server.sessions.begin(), server.sessions.end(),
                      [](const auto& session) { return session.second->subscriptions.any(); });
    fields.add("connected_clients", server.sessions.size());
    fields.add("cluster_connections", 0);
    fields.add("maxclients", server.options.max_clients);
    write_largest_buffers(server, fields);
    fields.add("blocked_clients", server.blocked.size() + server.pause.held());
    fields.add("tracking_clients", server.tracking->clients());
    fields.add("pubsub_clients", subscribers);
    fields.add("watching_clients", server.watches.watching_sessions());
    fields.add("clients_in_timeout_table", server.blocked.with_time_limit());
    fields.add("total_watched_keys", server.watches.watched_keys());
    fields.add("total_blocking_keys", server.blocked.key_count());
    fields.add("total_blocking_keys_on_nokey", 0);  // XREADGROUP's
    write_pause(server, fields);
}

namespace {

void write_saving(Server& server, Fields& fields)
{
    const Persistence& persistence = *server.persistence;
    const PersistenceStats& stats = persistence.stats();
    const Saving* const saving = persistence.saving();
    fields.add_all({"current_cow_peak", "current_cow_size", "current_cow_size_age"}, 0);
    const auto done = saving == nullptr ? 0 : saving->keys_written();
    const auto total = saving == nullptr ? 0 : saving->keys_total();
    const double percent =
        total == 0 ? 0 : 100 * static_cast<double>(done) / static_cast<double>(total);
    fields.add("current_fork_perc", fmt::format("{:.2f}", percent));
    fields.add("current_save_keys_processed", done);
    fields.add("current_save_keys_total", total);
    fields.add("rdb_changes_since_last_save", server.stats.changes - stats.changes_saved);
    const bool saves = persistence.is_saving();
    fields.add("rdb_bgsave_in_progress", saves ? 1 : 0);
    fields.add("rdb_last_save_time", whole_seconds(persistence.last_save().time_since_epoch()));
    fields.add("rdb_last_bgsave_status", stats.last_failed ? "err" : "ok");
    fields.add("rdb_last_bgsave_time_sec", stats.last_time_seconds);
    fields.add("rdb_current_bgsave_time_sec", saves ? persistence.saving_seconds() : -1);
    fields.add("rdb_saves", stats.saves);
    fields.add("rdb_last_cow_size", 0);
    fields.add("rdb_last_load_keys_expired", stats.keys_expired);
    fields.add("rdb_last_load_keys_loaded", stats.keys_loaded);
}

void write_loading(Server& server, Fields& fields)
{
    if (!server.loading) return;
    const auto since = server.persistence->loading_since();
    const LoadingProgress progress = server.persistence->progress();
    const auto total = static_cast<double>(progress.bytes_total);
    const auto read = static_cast<double>(progress.bytes_read);
    const auto elapsed = static_cast<double>(whole_seconds(server.clock.now() - since));
    const double left = read == 0 ? 1 : elapsed * (total - read) / read;
    fields.add("loading_start_time", whole_seconds(since.time_since_epoch()));
    fields.add("loading_total_bytes", progress.bytes_total);
    fields.add("loading_rdb_used_mem", progress.used_memory);
    fields.add("loading_loaded_bytes", progress.bytes_read);
    fields.add("loading_loaded_perc", fmt::format("{:.2f}", total == 0 ? 0 : 100 * read / total));
    fields.add("loading_eta_seconds", static_cast<std::int64_t>(left));
}

void write_log(Server& server, Fields& fields)
{
    const Persistence& persistence = *server.persistence;
    const AppendLog& log = persistence.log_file();
    const LogStats& stats = persistence.log_stats();
    const bool rewrites = persistence.is_rewriting();
    fields.add("aof_enabled", server.options.append_only ? 1 : 0);
    fields.add("aof_rewrite_in_progress", rewrites ? 1 : 0);
    fields.add("aof_rewrite_scheduled", persistence.is_rewrite_scheduled() ? 1 : 0);
    fields.add("aof_last_rewrite_time_sec", stats.last_rewrite_seconds);
    fields.add("aof_current_rewrite_time_sec", rewrites ? persistence.rewriting_seconds() : -1);
    fields.add("aof_last_bgrewrite_status", stats.last_rewrite_failed ? "err" : "ok");
    fields.add("aof_rewrites", stats.rewrites);
    fields.add("aof_rewrites_consecutive_failures", stats.failures_in_a_row);
    fields.add("aof_last_write_status", server.log_error.empty() ? "ok" : "err");
    fields.add_all({"aof_last_cow_size", "module_fork_in_progress", "module_fork_last_cow_size"},
                   0);
    if (!log.on()) return;
    const LogThread& thread = log.thread();
    fields.add("aof_current_size", log.size());
    fields.add("aof_base_size", log.base_size());
    fields.add("aof_pending_rewrite", 0);
    fields.add("aof_buffer_length", thread.appended() - thread.written());
    fields.add("aof_pending_bio_fsync", thread.is_syncing() ? 1 : 0);
    fields.add("aof_delayed_fsync", thread.late_syncs());
}

}  // namespace

/// Nothing forks.
void write_persistence(Server& server, Fields& fields)
{
    fields.add("loading", server.loading ? 1 : 0);
    fields.add("async_loading", 0);
    write_saving(server, fields);
    write_log(server, fields);
    write_loading(server, fields);
}

/// A master without replicas, whose history has the name of this run.
void write_replication(Server& server, Fields& fields)
{
    fields.add("role", "master");
    fields.add("connected_slaves", 0);
    fields.add("master_failover_state", "no-failover");
    fields.add("master_replid", server.run_id);
    fields.add("master_replid2", std::string(server.run_id.size(), '0'));
    fields.add("master_repl_offset", 0);
    fields.add("second_repl_offset", -1);
    fields.add("repl_backlog_active", 0);
    const std::string_view name = "repl-backlog-size";
    for (const auto& [option, size] : get_options(server.options, {&name, 1}))
        fields.add("repl_backlog_size", size);
    fields.add_all({"repl_backlog_first_byte_offset", "repl_backlog_histlen"}, 0);
}

void write_cpu(Server&, Fields& fields)
{
    const auto add = [&](std::string_view name, const timeval& time) {
        fields.add(name, fmt::format("{}.{:06}", time.tv_sec, time.tv_usec));
    };
    rusage self{};
    rusage thread{};
    rusage children{};
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_THREAD, &thread);
    getrusage(RUSAGE_CHILDREN, &children);
    add("used_cpu_sys", self.ru_stime);
    add("used_cpu_user", self.ru_utime);
    add("used_cpu_sys_children", children.ru_stime);
    add("used_cpu_user_children", children.ru_utime);
    add("used_cpu_sys_main_thread", thread.ru_stime);
    add("used_cpu_user_main_thread", thread.ru_utime);
}

void write_cluster(Server&, Fields& fields) { fields.add("cluster_enabled", 0); }

void write_keyspace(Server& server, Fields& fields)
{
    for (int index = 0; index < server.databases.count(); ++index) {
        const store::Keyspace& keys = server.databases[index];
        if (keys.size() == 0) continue;
        fields.add(fmt::format("db{}", index),
                   fmt::format("keys={},expires={},avg_ttl={}", keys.size(), keys.volatile_size(),
                               keys.mean_time_to_live().count()));
    }
}

}  // namespace server::commands
