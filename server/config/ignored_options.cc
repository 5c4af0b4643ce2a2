#include "server/config/option_table.h"

namespace server {
namespace {

constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();

constexpr Option ignored(std::string_view name, std::string_view value, Grammar grammar)
{
    return {.name = name, .grammar = grammar, .ignored_default = value};
}

constexpr Option flag(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::Flag);
}

constexpr Option integer(std::string_view name, std::string_view value, std::int64_t least = 0,
                         std::int64_t most = kMaxInteger)
{
    Option option = ignored(name, value, Grammar::Integer);
    option.least = least;
    option.most = most;
    return option;
}

constexpr Option memory(std::string_view name, std::string_view value, std::int64_t least = 0)
{
    Option option = ignored(name, value, Grammar::Memory);
    option.least = least;
    option.most = kMaxLong;
    return option;
}

constexpr Option memory_or_percent(std::string_view name, std::string_view value)
{
    Option option = ignored(name, value, Grammar::MemoryOrPercent);
    option.most = kMaxLong;
    return option;
}

constexpr Option choice(std::string_view name, std::string_view value, std::string_view choices)
{
    Option option = ignored(name, value, Grammar::Choice);
    option.choices = choices;
    return option;
}

constexpr Option choices(std::string_view name, std::string_view value, std::string_view all)
{
    Option option = choice(name, value, all);
    option.grammar = Grammar::Choices;
    return option;
}

constexpr Option text(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::Text);
}

constexpr Option words(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::Words);
}

constexpr Option save_points(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::SavePoints);
}

constexpr Option event_classes(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::EventClasses);
}

constexpr Option percentiles(std::string_view name, std::string_view value)
{
    return ignored(name, value, Grammar::Percentiles);
}

constexpr Option also(std::string_view alias, Option option)
{
    option.alias = alias;
    return option;
}

constexpr Option at_start(Option option)
{
    option.change = Change::AtStart;
    return option;
}

constexpr Option protect(Option option)
{
    option.change = Change::Protected;
    return option;
}

// Anything but the default would be a promise that cannot be kept.
constexpr Option fixed(Option option)
{
    option.only_default = true;
    return option;
}

// The defaults of Redis 7, but for "save": nothing is written to disk here, so nothing is claimed.
constexpr Option kIgnored[] = {
    choice("acl-pubsub-default", "resetchannels", "allchannels resetchannels"),
    fixed(at_start(text("aclfile", ""))),
    integer("acllog-max-len", "128", 0, kMaxLong),
    integer("active-defrag-cycle-max", "25", 1, 99),
    integer("active-defrag-cycle-min", "1", 1, 99),
    memory("active-defrag-ignore-bytes", "104857600", 1),
    integer("active-defrag-max-scan-fields", "1000", 1, kMaxLong),
    integer("active-defrag-threshold-lower", "10", 0, 1000),
    integer("active-defrag-threshold-upper", "100", 0, 1000),
    integer("active-expire-effort", "1", 1, 10),
    flag("activedefrag", "no"),
    flag("activerehashing", "yes"),
    at_start(flag("always-show-logo", "no")),
    flag("aof-disable-auto-gc", "no"),
    flag("aof-load-truncated", "yes"),
    flag("aof-rewrite-incremental-fsync", "yes"),
    flag("aof-timestamp-enabled", "no"),
    flag("aof-use-rdb-preamble", "yes"),
    at_start(text("aof_rewrite_cpulist", "")),
    at_start(text("appenddirname", "appendonlydir")),
    at_start(text("appendfilename", "appendonly.aof")),
    choice("appendfsync", "everysec", "everysec always no"),
    flag("appendonly", "no"),
    memory("auto-aof-rewrite-min-size", "67108864"),
    integer("auto-aof-rewrite-percentage", "100"),
    at_start(text("bgsave_cpulist", "")),
    text("bind-source-addr", ""),
    at_start(text("bio_cpulist", "")),
    also("lua-time-limit", integer("busy-reply-threshold", "5000", 0, kMaxLong)),
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
    fixed(at_start(flag("cluster-enabled", "no"))),
    memory("cluster-link-sendbuf-limit", "0"),
    integer("cluster-migration-barrier", "1"),
    integer("cluster-node-timeout", "15000", 0, kMaxLong),
    at_start(integer("cluster-port", "0", 0, 65535)),
    choice("cluster-preferred-endpoint-type", "ip", "ip hostname unknown-endpoint"),
    also("cluster-slave-no-failover", flag("cluster-replica-no-failover", "no")),
    also("cluster-slave-validity-factor", integer("cluster-replica-validity-factor", "10")),
    flag("cluster-require-full-coverage", "yes"),
    flag("crash-log-enabled", "yes"),
    flag("crash-memcheck-enabled", "yes"),
    at_start(flag("daemonize", "no")),
    protect(text("dbfilename", "dump.rdb")),
    protect(text("dir", ".")),
    at_start(flag("disable-thp", "yes")),
    flag("dynamic-hz", "yes"),
    at_start(choice("enable-debug-command", "no", "no yes local")),
    at_start(choice("enable-module-command", "no", "no yes local")),
    at_start(choice("enable-protected-configs", "no", "no yes local")),
    memory("hll-sparse-max-bytes", "3000"),
    integer("hz", "10"),
    text("ignore-warnings", ""),
    at_start(integer("io-threads", "1", 1, 128)),
    at_start(flag("io-threads-do-reads", "no")),
    flag("jemalloc-bg-thread", "yes"),
    integer("latency-monitor-threshold", "0", 0, kMaxLong),
    flag("latency-tracking", "yes"),
    percentiles("latency-tracking-info-percentiles", "50 99 99.9"),
    flag("lazyfree-lazy-eviction", "no"),
    flag("lazyfree-lazy-expire", "no"),
    flag("lazyfree-lazy-server-del", "no"),
    flag("lazyfree-lazy-user-del", "no"),
    flag("lazyfree-lazy-user-flush", "no"),
    integer("lfu-decay-time", "1"),
    integer("lfu-log-factor", "10"),
    integer("list-compress-depth", "0"),
    also("list-max-ziplist-size", integer("list-max-listpack-size", "-2", -kMaxInteger - 1)),
    text("locale-collate", ""),
    text("masterauth", ""),
    text("masteruser", ""),
    memory("maxmemory", "0"),
    memory_or_percent("maxmemory-clients", "0"),
    integer("maxmemory-eviction-tenacity", "10", 0, 100),
    choice("maxmemory-policy", "noeviction",
           "volatile-lru volatile-lfu volatile-random volatile-ttl allkeys-lru allkeys-lfu "
           "allkeys-random noeviction"),
    integer("maxmemory-samples", "5", 1),
    also("min-slaves-max-lag", integer("min-replicas-max-lag", "10")),
    also("min-slaves-to-write", integer("min-replicas-to-write", "0")),
    flag("no-appendfsync-on-rewrite", "no"),
    event_classes("notify-keyspace-events", ""),
    choice("oom-score-adj", "no", "no yes relative absolute"),
    words("oom-score-adj-values", "0 200 800"),
    at_start(text("pidfile", "")),
    text("proc-title-template", "{title} {listen-addr} {server-mode}"),
    choice("propagation-error-behavior", "ignore", "ignore panic panic-on-replicas"),
    flag("rdb-del-sync-files", "no"),
    flag("rdb-save-incremental-fsync", "yes"),
    at_start(flag("rdbchecksum", "yes")),
    flag("rdbcompression", "yes"),
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
    also("slave-lazy-flush", flag("replica-lazy-flush", "no")),
    also("slave-priority", integer("replica-priority", "100")),
    also("slave-read-only", flag("replica-read-only", "yes")),
    also("slave-serve-stale-data", flag("replica-serve-stale-data", "yes")),
    fixed(at_start(also("slaveof", words("replicaof", "")))),
    choice("sanitize-dump-payload", "no", "no yes clients"),
    save_points("save", ""),
    at_start(text("server_cpulist", "")),
    at_start(flag("set-proc-title", "yes")),
    choices("shutdown-on-sigint", "default", "default save nosave now force"),
    choices("shutdown-on-sigterm", "default", "default save nosave now force"),
    integer("shutdown-timeout", "10"),
    integer("slowlog-log-slower-than", "10000", -1, kMaxLong),
    integer("slowlog-max-len", "128", 0, kMaxLong),
    at_start(integer("socket-mark-id", "0", 0, 4294967295)),
    flag("stop-writes-on-bgsave-error", "yes"),
    memory("stream-node-max-bytes", "4096"),
    integer("stream-node-max-entries", "100", 0, kMaxLong),
    at_start(choice("supervised", "no", "upstart systemd auto no")),
    at_start(flag("syslog-enabled", "no")),
    at_start(choice("syslog-facility", "local0",
                    "user local0 local1 local2 local3 local4 local5 local6 local7")),
    at_start(text("syslog-ident", "redis")),
    choice("tls-auth-clients", "yes", "no yes optional"),
    text("tls-ca-cert-dir", ""),
    text("tls-ca-cert-file", ""),
    text("tls-cert-file", ""),
    text("tls-ciphers", ""),
    text("tls-ciphersuites", ""),
    text("tls-client-cert-file", ""),
    text("tls-client-key-file", ""),
    text("tls-client-key-file-pass", ""),
    flag("tls-cluster", "no"),
    text("tls-dh-params-file", ""),
    text("tls-key-file", ""),
    text("tls-key-file-pass", ""),
    fixed(integer("tls-port", "0", 0, 65535)),
    flag("tls-prefer-server-ciphers", "no"),
    text("tls-protocols", ""),
    flag("tls-replication", "no"),
    integer("tls-session-cache-size", "20480"),
    integer("tls-session-cache-timeout", "300"),
    flag("tls-session-caching", "yes"),
    integer("tracking-table-max-keys", "1000000", 0, kMaxLong),
};

}  // namespace

std::span<const Option> ignored_options() { return kIgnored; }

}  // namespace server
