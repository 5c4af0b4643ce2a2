#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string>

#include "server/allocator.h"
#include "server/catalogue/command.h"
#include "server/clients/client_memory.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/scripting/functions.h"
#include "server/scripting/scripting.h"
#include "server/server.h"
#include "server/version.h"

namespace server::commands {

namespace {

/// Writes "name:value" lines. Only what is measured, or known to be so, is written: Redis's other
/// fields are left out rather than invented.
class Fields
{
public:
    explicit Fields(std::string& out) : out_(out) {}

    template <class Value>
    void add(std::string_view name, const Value& value)
    {
        fmt::format_to(std::back_inserter(out_), "{}:{}\r\n", name, value);
    }

    /// A number of bytes, and again in the unit that suits people.
    void add_bytes(std::string_view name, std::size_t bytes)
    {
        add(name, bytes);
        fmt::format_to(std::back_inserter(out_), "{}_human:{}\r\n", name, human(bytes));
    }

private:
    static std::string human(std::size_t bytes)
    {
        if (bytes < 1024) return fmt::format("{}B", bytes);
        double amount = static_cast<double>(bytes) / 1024;
        constexpr std::string_view kUnits = "KMGTP";
        std::size_t unit = 0;
        for (; amount >= 1024 && unit + 1 < kUnits.size(); ++unit) amount /= 1024;
        return fmt::format("{:.2f}{}", amount, kUnits[unit]);
    }

    std::string& out_;
};

std::int64_t whole_seconds(std::chrono::microseconds time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

std::string path_of_executable()
{
    std::array<char, 4096> path;
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    return size < 0 ? std::string{} : std::string{path.data(), static_cast<std::size_t>(size)};
}

void write_server(Server& server, Fields& fields)
{
    utsname system{};
    uname(&system);
    const auto now = server.clock.now();
    const auto uptime = whole_seconds(now - server.started_at);
    // Clients choose what to send by Redis's version: theirs first, ours under our own name.
    fields.add("redis_version", kRedisVersion);
    fields.add("dabba_version", kVersion);
    fields.add("redis_mode", "standalone");
    fields.add("os", fmt::format("{} {} {}", system.sysname, system.release, system.machine));
    fields.add("arch_bits", sizeof(void*) * 8);
    fields.add("multiplexing_api", "epoll");
    fields.add("gcc_version",
               fmt::format("{}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__));
    fields.add("process_id", getpid());
    fields.add("process_supervised", server.options.supervised);
    fields.add("run_id", server.run_id);
    fields.add("tcp_port", server.options.port);
    fields.add("server_time_usec", now.time_since_epoch().count());
    fields.add("uptime_in_seconds", uptime);
    fields.add("uptime_in_days", uptime / (24 * 60 * 60));
    fields.add("executable", path_of_executable());
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

void write_clients(Server& server, Fields& fields)
{
    const auto subscribers =
        std::count_if(server.sessions.begin(), server.sessions.end(),
                      [](const auto& session) { return session.second->subscriptions.any(); });
    fields.add("connected_clients", server.sessions.size());
    fields.add("cluster_connections", 0);
    fields.add("maxclients", server.options.max_clients);
    fields.add("blocked_clients", server.blocked.size() + server.pause.held());
    fields.add("tracking_clients", 0);
    fields.add("pubsub_clients", subscribers);
    fields.add("watching_clients", server.watches.watching_sessions());
    fields.add("clients_in_timeout_table", server.blocked.with_time_limit());
    fields.add("total_watched_keys", server.watches.watched_keys());
    fields.add("total_blocking_keys", server.blocked.key_count());
    write_pause(server, fields);
}

std::size_t bytes_of_clients(const Server& server)
{
    std::size_t bytes = 0;
    for (const auto& [id, session] : server.sessions) bytes += client_bytes(*session);
    return bytes;
}

/// Scripts and functions have an interpreter each.
void write_memory_of_scripts(const Server& server, Fields& fields)
{
    const std::size_t of_scripts = server.scripting->interpreter_bytes();
    const std::size_t of_functions = server.functions->interpreter_bytes();
    const std::size_t texts = server.scripting->text_bytes();
    const scripting::Libraries& libraries = server.functions->libraries();
    fields.add_bytes("used_memory_lua", of_scripts);
    fields.add("used_memory_vm_eval", of_scripts);
    fields.add("used_memory_scripts_eval", texts);
    fields.add("number_of_cached_scripts", server.scripting->count());
    fields.add("number_of_functions", libraries.function_count());
    fields.add("number_of_libraries", libraries.all().size());
    fields.add("used_memory_vm_functions", of_functions);
    fields.add_bytes("used_memory_vm_total", of_scripts + of_functions);
    fields.add("used_memory_functions", libraries.code_bytes());
    fields.add_bytes("used_memory_scripts", texts + libraries.code_bytes());
}

void write_memory(Server& server, Fields& fields)
{
    const std::size_t used = server.note_memory_peak();
    const std::size_t peak = server.memory_peak;
    const std::size_t resident = resident_bytes();
    fields.add_bytes("used_memory", used);
    fields.add_bytes("used_memory_rss", resident);
    fields.add_bytes("used_memory_peak", peak);
    fields.add("used_memory_peak_perc",
               fmt::format("{:.2f}%", 100.0 * static_cast<double>(used) /
                                          static_cast<double>(std::max<std::size_t>(peak, 1))));
    fields.add_bytes("total_system_memory", static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                                                static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
    write_memory_of_scripts(server, fields);
    fields.add("mem_clients_slaves", 0);
    fields.add("mem_clients_normal", bytes_of_clients(server));
    fields.add_bytes("maxmemory", server.options.max_memory);
    fields.add("maxmemory_policy", "noeviction");
    const double ratio = used == 0 ? 0 : static_cast<double>(resident) / static_cast<double>(used);
    fields.add("mem_fragmentation_ratio", fmt::format("{:.2f}", ratio));
    fields.add("mem_fragmentation_bytes",
               static_cast<std::int64_t>(resident) - static_cast<std::int64_t>(used));
    fields.add("mem_allocator", allocator_name());
}

/// Nothing is saved, loaded or being either; Redis without persistence says the same.
void write_persistence(Server& server, Fields& fields)
{
    fields.add("loading", 0);
    fields.add("async_loading", 0);
    fields.add("rdb_changes_since_last_save", server.stats.changes);
    fields.add("rdb_bgsave_in_progress", 0);
    fields.add("rdb_last_save_time", whole_seconds(server.started_at.time_since_epoch()));
    fields.add("rdb_last_bgsave_status", "ok");
    fields.add("rdb_last_bgsave_time_sec", -1);
    fields.add("rdb_current_bgsave_time_sec", -1);
    fields.add("rdb_saves", 0);
    fields.add("aof_enabled", 0);
    fields.add("aof_rewrite_in_progress", 0);
    fields.add("aof_rewrite_scheduled", 0);
    fields.add("aof_last_rewrite_time_sec", -1);
    fields.add("aof_current_rewrite_time_sec", -1);
    fields.add("aof_last_bgrewrite_status", "ok");
    fields.add("aof_last_write_status", "ok");
}

std::string kilobytes(const Meter& bytes)
{
    return fmt::format("{:.2f}", bytes.per_second() / 1024);
}

void write_stats(Server& server, Fields& fields)
{
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    for (int index = 0; index < server.databases.count(); ++index) {
        hits += server.databases[index].hits();
        misses += server.databases[index].misses();
    }
    const Stats& stats = server.stats;
    fields.add("total_connections_received", stats.connections_received);
    fields.add("total_commands_processed", stats.commands_processed());
    fields.add("instantaneous_ops_per_sec",
               static_cast<std::int64_t>(stats.commands_meter.per_second()));
    fields.add("total_net_input_bytes", stats.input_bytes);
    fields.add("total_net_output_bytes", stats.output_bytes);
    fields.add("instantaneous_input_kbps", kilobytes(stats.input_meter));
    fields.add("instantaneous_output_kbps", kilobytes(stats.output_meter));
    fields.add("rejected_connections", stats.connections_rejected);
    fields.add("sync_full", 0);
    fields.add("sync_partial_ok", 0);
    fields.add("sync_partial_err", 0);
    fields.add("expired_keys", stats.keys_expired);
    fields.add("evicted_keys", 0);
    fields.add("evicted_clients", stats.clients_evicted);
    fields.add("keyspace_hits", hits);
    fields.add("keyspace_misses", misses);
    fields.add("pubsub_channels", server.pubsub.of(Topic::Channel).size());
    fields.add("pubsub_patterns", server.pubsub.of(Topic::Pattern).size());
    fields.add("pubsubshard_channels", server.pubsub.of(Topic::ShardChannel).size());
    fields.add("total_error_replies", stats.error_replies);
    fields.add("total_reads_processed", stats.reads);
    fields.add("total_writes_processed", stats.writes);
    fields.add("client_query_buffer_limit_disconnections", stats.query_limit_disconnections);
    fields.add("client_output_buffer_limit_disconnections", stats.output_limit_disconnections);
    fields.add("acl_access_denied_auth", stats.wrong_passwords);
}

void write_replication(Server&, Fields& fields)
{
    fields.add("role", "master");
    fields.add("connected_slaves", 0);
    fields.add("master_failover_state", "no-failover");
    fields.add("master_repl_offset", 0);
    fields.add("repl_backlog_active", 0);
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

void write_nothing(Server&, Fields&) {}

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

struct Section
{
    std::string_view name;  ///< as asked for, in upper case
    std::string_view title;
    void (*write)(Server&, Fields&);
    bool by_default = true;
};

constexpr std::array kSections = {
    Section{"SERVER", "Server", write_server},
    Section{"CLIENTS", "Clients", write_clients},
    Section{"MEMORY", "Memory", write_memory},
    Section{"PERSISTENCE", "Persistence", write_persistence},
    Section{"STATS", "Stats", write_stats},
    Section{"REPLICATION", "Replication", write_replication},
    Section{"CPU", "CPU", write_cpu},
    Section{"MODULES", "Modules", write_nothing},
    Section{"COMMANDSTATS", "Commandstats", write_commandstats, false},
    Section{"ERRORSTATS", "Errorstats", write_errorstats},
    Section{"LATENCYSTATS", "Latencystats", write_nothing, false},
    Section{"CLUSTER", "Cluster", write_cluster},
    Section{"KEYSPACE", "Keyspace", write_keyspace},
};

bool is_wanted(const Section& section, std::span<const std::string_view> names)
{
    const auto asks_for_it = [&](std::string_view name) {
        if (is_word(name, "ALL") || is_word(name, "EVERYTHING")) return true;
        return is_word(name, section.name) || (section.by_default && is_word(name, "DEFAULT"));
    };
    return names.empty() ? section.by_default
                         : std::any_of(names.begin(), names.end(), asks_for_it);
}

void info(Call& call)
{
    const auto names = call.args.rest();
    std::string text;
    Fields fields{text};
    for (const Section& section : kSections) {
        if (!is_wanted(section, names)) continue;
        fmt::format_to(std::back_inserter(text), "{}# {}\r\n", text.empty() ? "" : "\r\n",
                       section.title);
        section.write(call.server, fields);
    }
    call.reply.verbatim("txt", text);
}

constexpr Command kCommands[] = {
    {.name = "INFO",
     .syntax = "[section [section ...]]",
     .summary = "Returns information and statistics about the server.",
     .since = "1.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale | kSentinel | kDangerous,
     .run = info,
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
};

}  // namespace

std::span<const Command> info() { return kCommands; }

}  // namespace server::commands
