#include "server/commands/info/info.h"

#include <algorithm>
#include <array>
#include <span>

#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

namespace {

void write_nothing(Server&, Fields&) {}

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
    Section{"LATENCYSTATS", "Latencystats", write_latencystats, false},
    Section{"DISPATCH", "Dispatch", write_dispatch},
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
