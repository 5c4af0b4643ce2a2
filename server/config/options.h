#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace server {

enum class LogLevel : std::uint8_t { Debug, Verbose, Notice, Warning };

/// When a client that reads too slowly is disconnected; 0: never.
struct OutputLimit
{
    std::uint64_t hard_bytes = 0;
    std::uint64_t soft_bytes = 0;  ///< held for soft_seconds without a break
    std::int64_t soft_seconds = 0;

    bool operator==(const OutputLimit&) const = default;
};

/// The classes of clients that have output limits of their own.
enum class ClientClass : std::uint8_t { Normal, Replica, Pubsub };

using OutputLimits = std::array<OutputLimit, 3>;  ///< by ClientClass

/// A command that clients call by another name, or by none if the new one is empty.
struct Renaming
{
    std::string name;
    std::string new_name;

    bool operator==(const Renaming&) const = default;
};

/// How connections are encrypted, in the words of Redis's options.
struct TlsOptions
{
    int tls_port = 0;  ///< 0: none
    std::string tls_cert_file;
    std::string tls_key_file;
    std::string tls_key_file_pass;
    std::string tls_dh_params_file;  ///< empty: OpenSSL chooses
    std::string tls_ca_cert_file;    ///< these sign the clients' certificates
    std::string tls_ca_cert_dir;
    std::string tls_auth_clients = "yes";
    std::string tls_protocols;     ///< separated by spaces; empty: TLSv1.2 TLSv1.3
    std::string tls_ciphers;       ///< up to TLSv1.2; empty: OpenSSL's choice
    std::string tls_ciphersuites;  ///< of TLSv1.3
    bool tls_prefer_server_ciphers = false;
    bool tls_session_caching = true;
    int tls_session_cache_size = 20480;
    int tls_session_cache_timeout_seconds = 300;
};

/// Every setting of the server, with its default. What may be set, how, and when is declared once,
/// in option_table.cc.
struct Options : TlsOptions
{
    // Where to listen. A '-' before an address: go on without it if this machine lacks it.
    std::vector<std::string> bind = {"127.0.0.1", "-::1"};
    int port = 6379;        ///< 0: a free one, or none if there is only a Unix socket
    std::string port_file;  ///< where the port is written; empty: nowhere
    int tcp_backlog = 511;
    std::string unix_socket;          ///< empty: none
    int unix_socket_permissions = 0;  ///< 0: as the umask says

    // Who may come in, and for how long.
    bool protected_mode = true;
    std::string require_pass;  ///< empty: no client needs a password
    std::vector<Renaming> renamed_commands;
    std::string acl_file;                         ///< whose users are the only ones; empty: none
    std::vector<std::vector<std::string>> users;  ///< a name and its rules each
    std::string acl_pubsub_default = "resetchannels";  ///< the first rule of a new user
    std::int64_t acl_log_max_len = 128;
    std::int64_t max_clients = 10000;
    int timeout_seconds = 0;          ///< silence after which a client is disconnected; 0: never
    int tcp_keepalive_seconds = 300;  ///< 0: off

    // HTTP and WebSockets.
    int http_port = 0;  ///< 0: off; -1: a free one
    std::vector<std::string> http_bind = {"127.0.0.1", "-::1"};
    std::vector<std::string> http_hosts;    ///< names that a request's Host may give
    std::vector<std::string> http_origins;  ///< other sites whose pages may use the API
    std::string http_city;                  ///< of requests that name none; empty: they must
    std::string http_tiles;                 ///< URL of map tiles; empty: none
    int http_speed_kmh = 15;                ///< by which a driver's arrival is estimated
    std::int64_t http_max_connections = 12000;
    std::int64_t http_max_body = 1024 * 1024;
    int http_timeout_seconds = 60;  ///< for a request to arrive, and for silence between two
    int http_ping_seconds = 20;     ///< silence after which a WebSocket is asked for a sign of life
    int http_driver_gone_seconds = 0;  ///< then a driver without a socket is taken off; 0: never
    int http_max_position_age_seconds = 60;
    int http_max_jump_kmh = 250;
    int http_events_kept = 10000;

    // What one client may cost.
    std::int64_t hash_max_listpack_entries = 512;
    std::int64_t hash_max_listpack_value = 64;
    std::int64_t proto_max_bulk_len = 512LL * 1024 * 1024;
    std::int64_t busy_reply_threshold = 5000;  ///< milliseconds; 0: never
    std::string max_memory_clients = "0";      ///< of all together: bytes, or "5%" of max_memory
    std::int64_t client_query_buffer_limit = 1024LL * 1024 * 1024;
    OutputLimits client_output_buffer_limit = {
        {{}, {256 << 20, 64 << 20, 60}, {32 << 20, 8 << 20, 60}}};

    /// Which changes to keys are published, in the letters of Redis; empty: none.
    std::string notify_keyspace_events;

    /// How many keys that clients have read are remembered; 0: any number.
    std::int64_t tracking_table_max_keys = 1'000'000;

    // What is remembered of slow commands and of all commands' times.
    std::int64_t slowlog_log_slower_than = 10'000;  ///< microseconds; negative: never
    std::int64_t slowlog_max_len = 128;
    std::int64_t latency_monitor_threshold = 0;  ///< milliseconds; 0: off
    bool latency_tracking = true;
    std::string latency_tracking_percentiles = "50 99 99.9";  ///< separated by spaces

    // The data.
    int databases = 16;
    std::uint64_t max_memory = 0;  ///< bytes in use above which data may not grow; 0: no limit
    std::string max_memory_policy = "noeviction";  ///< what goes then
    int max_memory_samples = 5;
    int max_memory_eviction_tenacity = 10;
    int lfu_log_factor = 10;
    int lfu_decay_minutes = 1;
    std::uint64_t seed = 0;  ///< of all chance; main draws one unless it is given
    std::int64_t assign_record_ttl_seconds = 3600;  ///< how long a finished ASSIGN record lives

    // Its file.
    std::string save_points;  ///< seconds and changes, any number of times; empty: in memory only
    std::string db_filename = "dump.rdb";
    bool rdb_compression = true;
    bool rdb_checksum = true;
    bool stop_writes_on_bgsave_error = true;

    // The log of changes.
    bool append_only = false;
    std::string append_filename = "appendonly.aof";  ///< what its files' names begin with
    std::string append_dirname = "appendonlydir";    ///< the folder of its files, in `directory`
    std::string append_fsync = "everysec";
    bool no_append_fsync_on_rewrite = false;
    std::int64_t auto_aof_rewrite_percentage = 100;  ///< 0: never
    std::uint64_t auto_aof_rewrite_min_size = 64 << 20;
    bool aof_load_truncated = true;
    bool aof_timestamp_enabled = false;

    // How large the compact forms of the types may be.
    std::int64_t list_max_listpack_size = -2;
    std::int64_t set_max_intset_entries = 512;
    std::int64_t set_max_listpack_entries = 128;
    std::int64_t set_max_listpack_value = 64;
    std::int64_t zset_max_listpack_entries = 128;
    std::int64_t zset_max_listpack_value = 64;

    // The process and its log.
    bool daemonize = false;
    std::string pid_file;  ///< empty: none
    std::string supervised = "no";
    std::string directory = ".";
    int port_taken = 0;       ///< the free one that was found, if any was asked for by port 0
    std::string config_file;  ///< that these settings come from, its whole path; empty: none
    std::string shutdown_on_sigint = "default";  ///< flags of SHUTDOWN
    std::string shutdown_on_sigterm = "default";
    std::string enable_debug_command = "no";
    std::string enable_test_commands = "no";

    // For tests.
    bool workspaces = false;
    std::string speak_as = "redis-7.2";  ///< the server whose replies these are
    std::string strict = "no";           ///< a version of Redis: what that does not have is refused
    std::vector<std::string> fixture;    ///< files of data to begin with
    LogLevel log_level = LogLevel::Notice;
    std::string log_file;  ///< empty: standard output

    /// Redis's options that need not work here, where they differ from the default.
    std::map<std::string, std::string, std::less<>> remembered;
};

/// CONFIG GET: name and value of each option that one of the glob patterns matches, ignoring case;
/// each name once, in the order of the alphabet.
std::vector<std::pair<std::string, std::string>> get_options(
    const Options& options, std::span<const std::string_view> patterns);

/// CONFIG SET: name, value, name, value ...: sets all of them, or throws a CommandError with
/// Redis's words and sets none.
void set_options(Options& options, std::span<const std::string_view> names_and_values);

}  // namespace server
