#include <array>

#include "server/config/option_table.h"

namespace server {
namespace {

constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

constexpr Option option(std::string_view name, std::string_view initial, Grammar grammar)
{
    return {.name = name, .grammar = grammar, .initial = initial};
}

constexpr Option flag(std::string_view name, std::string_view initial)
{
    return option(name, initial, Grammar::Flag);
}

constexpr Option integer(std::string_view name, std::string_view initial, std::int64_t min = 0,
                         std::int64_t max = kMaxInteger)
{
    Option row = option(name, initial, Grammar::Integer);
    row.min = min;
    row.max = max;
    return row;
}

constexpr Option memory(std::string_view name, std::string_view initial, std::int64_t min = 0)
{
    Option row = option(name, initial, Grammar::Memory);
    row.min = min;
    row.max = kMaxLong;
    return row;
}

constexpr Option memory_or_percent(std::string_view name, std::string_view initial)
{
    return option(name, initial, Grammar::MemoryOrPercent);
}

constexpr Option choice(std::string_view name, std::string_view initial, std::string_view choices)
{
    Option row = option(name, initial, Grammar::Choice);
    row.choices = choices;
    return row;
}

constexpr Option text(std::string_view name, std::string_view initial)
{
    return option(name, initial, Grammar::Text);
}

constexpr Option words(std::string_view name, std::string_view initial)
{
    return option(name, initial, Grammar::Words);
}

constexpr Option also(std::string_view alias, Option row)
{
    row.alias = alias;
    return row;
}

constexpr Option none(std::array<std::string_view, 2> same_as_initial, Option row)
{
    row.same_as_initial = same_as_initial;
    return row;
}

constexpr Option at_start(Option row)
{
    row.change = Change::AtStart;
    return row;
}

constexpr Option protect(Option row)
{
    row.change = Change::Protected;
    return row;
}

constexpr Option directive(std::string_view name)
{
    Option row = words(name, "");
    row.change = Change::Directive;
    return row;
}

/// Rows that share how far they are supported, and why.
template <std::size_t Count>
constexpr std::array<Option, Count> all(Support support, std::string_view why,
                                        const Option (&rows)[Count])
{
    std::array<Option, Count> result{};
    for (std::size_t i = 0; i < Count; ++i) {
        result[i] = rows[i];
        result[i].support = support;
        result[i].summary = why;
    }
    return result;
}

// Ignored in a config file, these would lose data or let somebody in.

constexpr auto kReplication =
    all(Support::Vital, "No data are copied between servers",
        {
            at_start(none({"no one"}, also("slaveof", words("replicaof", "")))),
            also("min-slaves-to-write", integer("min-replicas-to-write", "0")),
        });

constexpr auto kCluster =
    all(Support::Vital, "There is no cluster: each server would take every key",
        {
            at_start(flag("cluster-enabled", "no")),
        });

constexpr auto kEncryption = all(Support::Vital, "There are no connections between servers",
                                 {
                                     flag("tls-cluster", "no"),
                                     flag("tls-replication", "no"),
                                 });

// Promises that cannot be kept: only the default is true.

constexpr auto kReplicaLogin = all(Support::Unsupported, "No data are copied between servers",
                                   {
                                       text("masterauth", ""),
                                       text("masteruser", ""),
                                   });

constexpr auto kCommands =
    all(Support::Unsupported, "The command does not exist",
        {
            at_start(choice("enable-module-command", "no", "no yes local")),
            at_start(choice("enable-protected-configs", "no", "no yes local")),
        });

constexpr auto kModules = all(Support::Unsupported, "Modules cannot be loaded",
                              {
                                  directive("loadmodule"),
                              });

constexpr auto kThreads = all(Support::Unsupported, "One thread does everything",
                              {
                                  at_start(integer("io-threads", "1", 1, 128)),
                                  at_start(flag("io-threads-do-reads", "no")),
                                  at_start(text("aof_rewrite_cpulist", "")),
                                  at_start(text("bgsave_cpulist", "")),
                                  at_start(text("bio_cpulist", "")),
                                  at_start(text("server_cpulist", "")),
                              });

constexpr auto kSystem = all(Support::Unsupported, "The process leaves this to the system",
                             {
                                 flag("activedefrag", "no"),
                                 text("bind-source-addr", ""),
                                 text("locale-collate", ""),
                                 choice("oom-score-adj", "no", "no yes relative absolute"),
                                 at_start(integer("socket-mark-id", "0", 0, 4294967295)),
                                 at_start(flag("syslog-enabled", "no")),
                                 at_start(flag("always-show-logo", "no")),
                             });

// Nothing depends on these: they tune what is off, or what is done well without them.

constexpr auto kFreeing =
    all(Support::NoNeed, "Large values are always freed bit by bit, and tables grow bit by bit",
        {
            flag("lazyfree-lazy-eviction", "no"),
            flag("lazyfree-lazy-expire", "no"),
            flag("lazyfree-lazy-server-del", "no"),
            flag("lazyfree-lazy-user-del", "no"),
            flag("lazyfree-lazy-user-flush", "no"),
            flag("activerehashing", "yes"),
            also("slave-lazy-flush", flag("replica-lazy-flush", "no")),
            integer("hz", "10"),
            flag("dynamic-hz", "yes"),
            integer("active-expire-effort", "1", 1, 10),
        });

constexpr auto kEncodings = all(Support::NoNeed, "Encodings are chosen by size and kind",
                                {
                                    memory("hll-sparse-max-bytes", "3000"),
                                    integer("list-compress-depth", "0"),
                                    memory("stream-node-max-bytes", "4096"),
                                    integer("stream-node-max-entries", "100", 0, kMaxLong),
                                });

constexpr auto kLogBase = all(Support::NoNeed, "What a log begins with is always an RDB file",
                              {
                                  flag("aof-use-rdb-preamble", "yes"),
                              });

constexpr auto kNotSaved = all(Support::NoNeed, "Files are synced as they are written",
                               {
                                   flag("aof-disable-auto-gc", "no"),
                                   flag("aof-rewrite-incremental-fsync", "yes"),
                                   flag("rdb-del-sync-files", "no"),
                                   flag("rdb-save-incremental-fsync", "yes"),
                                   choice("sanitize-dump-payload", "no", "no yes clients"),
                               });

constexpr auto kNotReplicated =
    all(Support::NoNeed, "There are no replicas",
        {
            also("min-slaves-max-lag", integer("min-replicas-max-lag", "10")),
            choice("propagation-error-behavior", "ignore", "ignore panic panic-on-replicas"),
            memory("repl-backlog-size", "1048576", 1),
            integer("repl-backlog-ttl", "3600", 0, kMaxLong),
            flag("repl-disable-tcp-nodelay", "no"),
            choice("repl-diskless-load", "disabled", "disabled on-empty-db swapdb"),
            flag("repl-diskless-sync", "yes"),
            integer("repl-diskless-sync-delay", "5"),
            integer("repl-diskless-sync-max-replicas", "0"),
            also("repl-ping-slave-period", integer("repl-ping-replica-period", "10", 1)),
            integer("repl-timeout", "60", 1),
            also("slave-announce-ip", text("replica-announce-ip", "")),
            also("slave-announce-port", integer("replica-announce-port", "0", 0, 65535)),
            flag("replica-announced", "yes"),
            flag("replica-ignore-disk-write-errors", "no"),
            also("slave-ignore-maxmemory", flag("replica-ignore-maxmemory", "yes")),
            also("slave-priority", integer("replica-priority", "100")),
            also("slave-read-only", flag("replica-read-only", "yes")),
            also("slave-serve-stale-data", flag("replica-serve-stale-data", "yes")),
            integer("shutdown-timeout", "10"),
        });

constexpr auto kNoTlsClient = all(Support::NoNeed, "The server is nobody's client",
                                  {
                                      text("tls-client-cert-file", ""),
                                      text("tls-client-key-file", ""),
                                      text("tls-client-key-file-pass", ""),
                                  });

constexpr auto kNoCluster =
    all(Support::NoNeed, "There is no cluster",
        {
            flag("cluster-allow-pubsubshard-when-down", "yes"),
            flag("cluster-allow-reads-when-down", "no"),
            flag("cluster-allow-replica-migration", "yes"),
            integer("cluster-announce-bus-port", "0", 0, 65535),
            text("cluster-announce-hostname", ""),
            text("cluster-announce-human-nodename", ""),
            text("cluster-announce-ip", ""),
            integer("cluster-announce-port", "0", 0, 65535),
            integer("cluster-announce-tls-port", "0", 0, 65535),
            at_start(text("cluster-config-file", "nodes.conf")),
            memory("cluster-link-sendbuf-limit", "0"),
            integer("cluster-migration-barrier", "1"),
            integer("cluster-node-timeout", "15000", 0, kMaxLong),
            at_start(integer("cluster-port", "0", 0, 65535)),
            choice("cluster-preferred-endpoint-type", "ip", "ip hostname unknown-endpoint"),
            also("cluster-slave-no-failover", flag("cluster-replica-no-failover", "no")),
            also("cluster-slave-validity-factor", integer("cluster-replica-validity-factor", "10")),
            flag("cluster-require-full-coverage", "yes"),
        });

constexpr auto kNotLogged =
    all(Support::NoNeed, "There is no such log",
        {
            at_start(choice("syslog-facility", "local0",
                            "user local0 local1 local2 local3 local4 local5 local6 local7")),
            at_start(text("syslog-ident", "redis")),
        });

constexpr auto kHost = all(Support::NoNeed, "A hint for the process, which clients cannot see",
                           {
                               integer("active-defrag-cycle-max", "25", 1, 99),
                               integer("active-defrag-cycle-min", "1", 1, 99),
                               memory("active-defrag-ignore-bytes", "104857600", 1),
                               integer("active-defrag-max-scan-fields", "1000", 1, kMaxLong),
                               integer("active-defrag-threshold-lower", "10", 0, 1000),
                               integer("active-defrag-threshold-upper", "100", 0, 1000),
                               flag("crash-log-enabled", "yes"),
                               flag("crash-memcheck-enabled", "yes"),
                               at_start(flag("disable-thp", "yes")),
                               text("ignore-warnings", ""),
                               flag("jemalloc-bg-thread", "yes"),
                               words("oom-score-adj-values", "0 200 800"),
                               text("proc-title-template", "{title} {listen-addr} {server-mode}"),
                               at_start(flag("set-proc-title", "yes")),
                           });

constexpr auto kObsolete = all(Support::NoNeed, "Redis ignores it, too",
                               {
                                   directive("list-max-ziplist-entries"),
                                   directive("list-max-ziplist-value"),
                                   directive("lua-replicate-commands"),
                               });

constexpr auto kTable =
    join(kReplication, kCluster, kEncryption, kReplicaLogin, kCommands, kModules, kThreads, kSystem,
         kFreeing, kEncodings, kLogBase, kNotSaved, kNotReplicated, kNoTlsClient, kNoCluster,
         kNotLogged, kHost, kObsolete);

}  // namespace

std::span<const Option> other_options() { return kTable; }

}  // namespace server
