#include "server/testing/redis_versions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "ascii/case.h"
#include "server/catalogue/command.h"
#include "server/catalogue/command_table.h"

namespace server {

/// The history of commands at redis.io says so, and COMMAND DOCS of Redis 8.0; for Valkey, its own
/// COMMAND.
struct LaterPart
{
    std::string_view command;       ///< full name
    std::string_view options = {};  ///< words, separated by spaces
    std::string_view since;
    std::size_t from;  ///< the first word of the request that may be an option, or is too many
    std::string_view in_valkey = {};  ///< of what Redis 7.2 does not have
};

namespace {

/// Options that came later than their commands.
constexpr LaterPart kOptions[] = {
    {"bitcount", "BYTE BIT", "7.0.0", 4},
    {"bitpos", "BYTE BIT", "7.0.0", 5},
    {"client|kill", "LADDR", "6.2.0", 2},
    {"client|kill", "MAXAGE", "7.4.0", 2, "8.0"},
    {"client|list", "ID", "6.2.0", 2},
    {"client|pause", "WRITE ALL", "6.2.0", 3},
    {"expire", "NX XX GT LT", "7.0.0", 3},
    {"expireat", "NX XX GT LT", "7.0.0", 3},
    {"flushall", "SYNC", "6.2.0", 1},
    {"flushdb", "SYNC", "6.2.0", 1},
    {"geoadd", "CH NX XX", "6.2.0", 2},
    {"georadius", "ANY", "6.2.0", 6},
    {"georadius_ro", "ANY", "6.2.0", 6},
    {"georadiusbymember", "ANY", "6.2.0", 5},
    {"georadiusbymember_ro", "ANY", "6.2.0", 5},
    {"hscan", "NOVALUES", "7.4.0", 3, "8.0"},
    {"pexpire", "NX XX GT LT", "7.0.0", 3},
    {"pexpireat", "NX XX GT LT", "7.0.0", 3},
    {"scan", "TYPE", "6.0.0", 2},
    {"script|flush", "ASYNC SYNC", "6.2.0", 2},
    {"set", "KEEPTTL", "6.0.0", 3},
    {"set", "GET EXAT PXAT", "6.2.0", 3},
    {"set", "IFEQ", "8.4.0", 3, "8.1"},
    {"set", "IFNE", "8.4.0", 3},
    {"shutdown", "NOW FORCE ABORT", "7.0.0", 1},
    {"zadd", "GT LT", "6.2.0", 2},
    {"zrange", "BYSCORE BYLEX REV LIMIT", "6.2.0", 4},
};

/// Arguments without a name that came later: the request has more words than before.
constexpr LaterPart kArguments[] = {
    {"auth", {}, "6.0.0", 2},  {"config|get", {}, "7.0.0", 3}, {"config|set", {}, "7.0.0", 4},
    {"info", {}, "7.0.0", 2},  {"lpop", {}, "6.2.0", 2},       {"rpop", {}, "6.2.0", 2},
    {"zrank", {}, "7.2.0", 3}, {"zrevrank", {}, "7.2.0", 3},
};

/// Commands that Valkey took over from later Redises, or came up with.
struct InValkey
{
    std::string_view commands;  ///< separated by spaces
    std::string_view since;
};

constexpr InValkey kInValkey[] = {
    {"HEXPIRE HEXPIREAT HEXPIRETIME HPEXPIRE HPEXPIREAT HPEXPIRETIME HPERSIST HTTL HPTTL HGETEX "
     "HSETEX DELIFEQ",
     "9.0"},
    {"HGETDEL MSETEX", "9.1"},
};

/// "6.2.13" as 6002013; words in front ("Valkey 9.0.0") make it later than any.
int number_of(std::string_view version)
{
    int number = 0;
    std::array parts = {0, 0, 0};
    for (int& part : parts) {
        const auto [end, error] =
            std::from_chars(version.data(), version.data() + version.size(), part);
        if (error != std::errc{}) break;
        version.remove_prefix(static_cast<std::size_t>(end - version.data()));
        if (version.starts_with('.')) version.remove_prefix(1);
    }
    for (const int part : parts) number = number * 1000 + part;
    return number == 0 ? std::numeric_limits<int>::max() : number;
}

/// Patches count as the version itself: "6.0" knows what came with 6.0.6.
bool is_after(std::string_view since, std::string_view version)
{
    return number_of(since) / 1000 > number_of(version) / 1000;
}

/// Valkey has what Redis 7.2 had, and what came to itself.
bool is_later(std::string_view since, std::string_view in_valkey, std::string_view version)
{
    constexpr std::string_view kValkey = "valkey-";
    if (!version.starts_with(kValkey)) return is_after(since, version);
    if (!is_after(since, "7.2")) return false;
    return in_valkey.empty() || is_after(in_valkey, version.substr(kValkey.size()));
}

bool is_one_of(std::string_view word, std::string_view options)
{
    while (!options.empty()) {
        const std::size_t end = std::min(options.find(' '), options.size());
        if (ascii::equal_ignoring_case(word, options.substr(0, end))) return true;
        options.remove_prefix(std::min(end + 1, options.size()));
    }
    return false;
}

/// When a command came to Valkey that Redis 7.2 does not have; empty: it did not.
std::string_view valkey_since(const Command& command)
{
    for (const InValkey& row : kInValkey)
        if (is_one_of(command.name, row.commands)) return row.since;
    return {};
}

bool is_of(const LaterPart& part, std::string_view name, std::string_view version)
{
    return part.command == name && is_later(part.since, part.in_valkey, version);
}

}  // namespace

bool is_own(const Command& command)
{
    return command.has(kForTests) || command.since.starts_with("0.") ||
           command.since.starts_with("dabba");
}

bool has_command(std::string_view version, const Command& command)
{
    return !is_later(command.since, valkey_since(command), version);
}

const LaterPart* later_option(std::string_view version, const Command& command,
                              std::span<const std::string_view> request)
{
    const std::string name = full_name(command);
    for (const LaterPart& part : kOptions) {
        if (!is_of(part, name, version)) continue;
        const auto words = request.subspan(std::min(part.from, request.size()));
        if (std::ranges::any_of(words, [&](auto word) { return is_one_of(word, part.options); }))
            return &part;
    }
    return nullptr;
}

const LaterPart* later_length(std::string_view version, const Command& command,
                              std::span<const std::string_view> request)
{
    const std::string name = full_name(command);
    for (const LaterPart& part : kArguments)
        if (request.size() > part.from && is_of(part, name, version)) return &part;
    return nullptr;
}

std::string unknown_to(std::string_view version, const Command& command,
                       std::span<const std::string_view> request)
{
    if (command.has(kForTests)) return {};
    if (is_own(command)) return fmt::format("{} is Dabba's own", command.name);
    if (!has_command(version, command))
        return fmt::format("{} came with Redis {}", command.name, command.since);
    if (const LaterPart* const part = later_option(version, command, request)) {
        const auto word =
            std::find_if(request.begin() + static_cast<std::ptrdiff_t>(part->from), request.end(),
                         [&](std::string_view each) { return is_one_of(each, part->options); });
        return fmt::format("the option {} of {} came with Redis {}", ascii::upper(*word),
                           command.name, part->since);
    }
    if (const LaterPart* const part = later_length(version, command, request)) {
        return fmt::format("{} with {} arguments came with Redis {}", command.name,
                           request.size() - static_cast<std::size_t>(command.words), part->since);
    }
    return {};
}

}  // namespace server
