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

namespace {

/// An option that came later than its command. The history of commands at redis.io says so, and
/// COMMAND DOCS of Redis 8.0.
struct Later
{
    std::string_view command;  ///< full name
    std::string_view options;  ///< words, separated by spaces
    std::string_view since;
    std::size_t from;  ///< the first word of the request that may be one
};

constexpr Later kOptions[] = {
    {"bitcount", "BYTE BIT", "7.0.0", 4},
    {"bitpos", "BYTE BIT", "7.0.0", 5},
    {"client|kill", "LADDR", "6.2.0", 2},
    {"client|kill", "MAXAGE", "7.4.0", 2},
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
    {"hscan", "NOVALUES", "7.4.0", 3},
    {"pexpire", "NX XX GT LT", "7.0.0", 3},
    {"pexpireat", "NX XX GT LT", "7.0.0", 3},
    {"scan", "TYPE", "6.0.0", 2},
    {"script|flush", "ASYNC SYNC", "6.2.0", 2},
    {"set", "KEEPTTL", "6.0.0", 3},
    {"set", "GET EXAT PXAT", "6.2.0", 3},
    {"shutdown", "NOW FORCE ABORT", "7.0.0", 1},
    {"zadd", "GT LT", "6.2.0", 2},
    {"zrange", "BYSCORE BYLEX REV LIMIT", "6.2.0", 4},
    {"zrank", "WITHSCORE", "7.2.0", 3},
    {"zrevrank", "WITHSCORE", "7.2.0", 3},
};

/// An argument without a name that came later: the request has more words than before.
struct Longer
{
    std::string_view command;
    std::size_t words;
    std::string_view since;
};

constexpr Longer kArguments[] = {
    {"auth", 2, "6.0.0"}, {"config|get", 3, "7.0.0"}, {"config|set", 4, "7.0.0"},
    {"info", 2, "7.0.0"}, {"lpop", 2, "6.2.0"},       {"rpop", 2, "6.2.0"},
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
bool is_later(std::string_view since, std::string_view version)
{
    return number_of(since) / 1000 > number_of(version) / 1000;
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

}  // namespace

std::string unknown_to(std::string_view version, const Command& command,
                       std::span<const std::string_view> request)
{
    if (command.has(kForTests)) return {};
    if (command.since.starts_with("0.") || command.since.starts_with("dabba"))
        return fmt::format("{} is Dabba's own", command.name);
    if (is_later(command.since, version))
        return fmt::format("{} came with Redis {}", command.name, command.since);
    const std::string name = full_name(command);
    for (const Later& later : kOptions) {
        if (later.command != name || !is_later(later.since, version)) continue;
        for (std::size_t i = later.from; i < request.size(); ++i)
            if (is_one_of(request[i], later.options))
                return fmt::format("the option {} of {} came with Redis {}",
                                   ascii::upper(request[i]), command.name, later.since);
    }
    for (const Longer& longer : kArguments) {
        if (longer.command == name && request.size() > longer.words &&
            is_later(longer.since, version))
            return fmt::format("{} with {} arguments came with Redis {}", command.name,
                               request.size() - static_cast<std::size_t>(command.words),
                               longer.since);
    }
    return {};
}

}  // namespace server
