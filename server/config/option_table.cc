#include "server/config/option_table.h"

#include <algorithm>

#include "ascii/case.h"

namespace server {
namespace {

constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxLong = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMegabyte = 1024 * 1024;

constexpr Option kNetwork[] = {
    {.name = "bind",
     .chapter = Chapter::Network,
     .grammar = Grammar::Words,
     .value_name = "address ...",
     .summary = "Addresses to listen on; * and ::* mean all; a - in front: only if present",
     .change = Change::AtStart,
     .member = &Options::bind},
    {.name = "port",
     .chapter = Chapter::Network,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "TCP port; 0 takes a free one and prints it, or none if there is a Unix socket",
     .change = Change::AtStart,
     .member = &Options::port,
     .max = 65535},
    {.name = "port-file",
     .chapter = Chapter::Network,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "Write the TCP port to this file when the server is ready; remove it at the end",
     .change = Change::AtStart,
     .member = &Options::port_file},
    {.name = "tcp-backlog",
     .chapter = Chapter::Network,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "Connections that may wait to be accepted",
     .change = Change::AtStart,
     .member = &Options::tcp_backlog},
    {.name = "unixsocket",
     .chapter = Chapter::Network,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "Listen on this Unix socket, too",
     .change = Change::AtStart,
     .member = &Options::unix_socket},
    {.name = "unixsocketperm",
     .chapter = Chapter::Network,
     .grammar = Grammar::Octal,
     .value_name = "octal",
     .summary = "Permissions of the Unix socket; 0: as the umask says",
     .change = Change::AtStart,
     .member = &Options::unix_socket_permissions,
     .max = 0777},
    {.name = "protected-mode",
     .chapter = Chapter::Network,
     .grammar = Grammar::Flag,
     .value_name = "yes|no",
     .summary = "Without a password, talk to this machine only",
     .member = &Options::protected_mode},
    {.name = "tcp-keepalive",
     .chapter = Chapter::Network,
     .grammar = Grammar::Integer,
     .value_name = "seconds",
     .summary = "Probe silent connections this often, to find dead ones; 0: never",
     .member = &Options::tcp_keepalive_seconds},
};

constexpr Option kClients[] = {
    {.name = "requirepass",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Text,
     .value_name = "password",
     .summary = "Clients must give this password with AUTH or HELLO",
     .member = &Options::require_pass},
    {.name = "rename-command",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Renaming,
     .value_name = "command new-name",
     .summary = "Clients call the command by its new name, or not at all if that is empty",
     .change = Change::Directive,
     .member = &Options::renamed_commands},
    {.name = "maxclients",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "More clients than this are turned away",
     .member = &Options::max_clients,
     .min = 1,
     .max = std::numeric_limits<std::uint32_t>::max()},
    {.name = "timeout",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Integer,
     .value_name = "seconds",
     .summary = "Disconnect a client after this much silence; 0: never",
     .member = &Options::timeout_seconds},
    {.name = "proto-max-bulk-len",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Memory,
     .value_name = "bytes",
     .summary = "The longest argument of a request",
     .member = &Options::proto_max_bulk_len,
     .min = kMegabyte,
     .max = kMaxLong},
    {.name = "busy-reply-threshold",
     .alias = "lua-time-limit",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Integer,
     .value_name = "milliseconds",
     .summary = "A script that runs longer lets others see BUSY; 0: never",
     .member = &Options::busy_reply_threshold,
     .min = 0,
     .max = kMaxLong},
    {.name = "maxmemory-clients",
     .chapter = Chapter::Clients,
     .grammar = Grammar::MemoryOrPercent,
     .value_name = "bytes",
     .summary = "Disconnect the largest clients when all cost this much, or 5% of maxmemory",
     .member = &Options::max_memory_clients},
    {.name = "client-query-buffer-limit",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Memory,
     .value_name = "bytes",
     .summary = "Disconnect a client whose unfinished request is longer",
     .member = &Options::client_query_buffer_limit,
     .min = kMegabyte,
     .max = kMaxLong},
    {.name = "client-output-buffer-limit",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Limits,
     .value_name = "class hard soft seconds",
     .summary = "Disconnect a client that is this slow to read its replies",
     .member = &Options::client_output_buffer_limit},
    {.name = "notify-keyspace-events",
     .chapter = Chapter::Clients,
     .grammar = Grammar::EventClasses,
     .value_name = "letters",
     .summary = "Publish changes to keys: K and/or E, and A or some of g$lshzx",
     .member = &Options::notify_keyspace_events},
};

constexpr Option kData[] = {
    {.name = "databases",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "How many databases SELECT can choose from",
     .change = Change::AtStart,
     .member = &Options::databases,
     .min = 1},
    {.name = "maxmemory",
     .chapter = Chapter::Data,
     .grammar = Grammar::Memory,
     .value_name = "bytes",
     .summary = "With this much memory in use, refuse commands that add data; 0: no limit",
     .member = &Options::max_memory,
     .max = kMaxLong},
    {.name = "seed",
     .chapter = Chapter::Data,
     .grammar = Grammar::Unsigned,
     .value_name = "number",
     .summary = "Of all chance: the same seed and commands give the same answers (default: random)",
     .change = Change::AtStart,
     .member = &Options::seed},
    {.name = "assign-record-ttl",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "seconds",
     .summary = "How long the record of a finished ASSIGN lives",
     .member = &Options::assign_record_ttl_seconds,
     .min = 1,
     .max = kMaxInteger},
};

/// Up to where a value keeps a compact form: a number of elements, or the bytes of one.
constexpr Option compact_form(std::string_view name, std::string_view alias, Grammar grammar,
                              std::string_view summary, Member member)
{
    return {.name = name,
            .alias = alias,
            .chapter = Chapter::Data,
            .grammar = grammar,
            .value_name = grammar == Grammar::Memory ? "bytes" : "number",
            .summary = summary,
            .member = member,
            .max = kMaxLong};
}

constexpr Option kCompactForms[] = {
    compact_form("hash-max-listpack-entries", "hash-max-ziplist-entries", Grammar::Integer,
                 "A hash is compact up to this many fields", &Options::hash_max_listpack_entries),
    compact_form("hash-max-listpack-value", "hash-max-ziplist-value", Grammar::Memory,
                 "A hash is compact while its fields and values are no longer",
                 &Options::hash_max_listpack_value),
    {.name = "list-max-listpack-size",
     .alias = "list-max-ziplist-size",
     .chapter = Chapter::Data,
     .grammar = Grammar::Integer,
     .value_name = "number",
     .summary = "A list reports listpack up to this many elements, or -1 to -5: 4, 8, 16, 32 or "
                "64 kB",
     .member = &Options::list_max_listpack_size,
     .min = -kMaxInteger - 1,
     .max = kMaxInteger},
    compact_form("set-max-intset-entries", "", Grammar::Integer,
                 "A set of integers is compact up to this many", &Options::set_max_intset_entries),
    compact_form("set-max-listpack-entries", "", Grammar::Integer,
                 "A set is compact up to this many members", &Options::set_max_listpack_entries),
    compact_form("set-max-listpack-value", "", Grammar::Memory,
                 "A set is compact while its members are no longer",
                 &Options::set_max_listpack_value),
    compact_form("zset-max-listpack-entries", "zset-max-ziplist-entries", Grammar::Integer,
                 "A sorted set reports listpack up to this many members",
                 &Options::zset_max_listpack_entries),
    compact_form("zset-max-listpack-value", "zset-max-ziplist-value", Grammar::Memory,
                 "A sorted set reports listpack while its members are no longer",
                 &Options::zset_max_listpack_value),
};

constexpr Option kProcess[] = {
    {.name = "daemonize",
     .chapter = Chapter::Process,
     .grammar = Grammar::Flag,
     .value_name = "yes|no",
     .summary = "Run in the background; the command returns when the server is ready",
     .change = Change::AtStart,
     .member = &Options::daemonize},
    {.name = "pidfile",
     .chapter = Chapter::Process,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "Write the process number to this file, and remove it at the end",
     .change = Change::AtStart,
     .member = &Options::pid_file},
    {.name = "supervised",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "kind",
     .summary = "Tell systemd or upstart when the server is ready; auto: whichever is there",
     .change = Change::AtStart,
     .member = &Options::supervised,
     .choices = "upstart systemd auto no"},
    {.name = "dir",
     .chapter = Chapter::Process,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "The working directory: paths in other options are relative to it",
     .change = Change::Protected,
     .member = &Options::directory},
    {.name = "enable-debug-command",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "yes|no|local",
     .summary = "Allow DEBUG, for tests; local: to clients on this machine",
     .change = Change::AtStart,
     .member = &Options::enable_debug_command,
     .choices = "no yes local"},

    {.name = "loglevel",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "level",
     .summary = "Log messages of this level and above: debug, verbose, notice, warning",
     .member = &Options::log_level,
     .choices = "debug verbose notice warning"},
    {.name = "logfile",
     .chapter = Chapter::Process,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "Append the log to this file instead of writing it to standard output",
     .change = Change::AtStart,
     .member = &Options::log_file},
};

constexpr auto kTable = [] {
    std::array<Option, std::size(kNetwork) + std::size(kClients) + std::size(kData) +
                           std::size(kCompactForms) + std::size(kProcess)>
        table{};
    auto end = std::copy(std::begin(kNetwork), std::end(kNetwork), table.begin());
    end = std::copy(std::begin(kClients), std::end(kClients), end);
    end = std::copy(std::begin(kData), std::end(kData), end);
    end = std::copy(std::begin(kCompactForms), std::end(kCompactForms), end);
    std::copy(std::begin(kProcess), std::end(kProcess), end);
    return table;
}();

}  // namespace

bool Option::takes_several_words() const
{
    return grammar == Grammar::Words || grammar == Grammar::Choices || grammar == Grammar::Limits ||
           grammar == Grammar::SavePoints || grammar == Grammar::Percentiles ||
           grammar == Grammar::Renaming;
}

std::span<const Option> effective_options() { return kTable; }

const Option* find_option(std::string_view name)
{
    for (const auto table : {effective_options(), other_options()}) {
        for (const Option& option : table) {
            if (ascii::equal_ignoring_case(name, option.name)) return &option;
            if (!option.alias.empty() && ascii::equal_ignoring_case(name, option.alias))
                return &option;
        }
    }
    return nullptr;
}

}  // namespace server
