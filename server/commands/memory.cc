#include "server/catalogue/command.h"
#include "server/commands/families.h"
#include "server/commands/help.h"
#include "server/commands/memory_overview.h"
#include "server/commands/memory_report.h"
#include "server/execution/call.h"
#include "server/scripting/scripting.h"
#include "server/server.h"

namespace server::commands {

namespace {

/// Redis estimates from a few samples, five if not told otherwise; Dabba counts what is there. The
/// number of samples is checked and not needed.
void usage(Call& call)
{
    const auto key = call.args.next();
    while (!call.args.done()) {
        if (!call.args.accept("SAMPLES", 1)) throw CommandError{text::kSyntax};
        if (call.args.next_integer() < 0) throw CommandError{text::kSyntax};
    }
    const store::Entry* entry = call.keys.look_at(key);
    if (entry == nullptr) return call.reply.null();
    call.reply.integer(static_cast<std::int64_t>(entry->memory_bytes()));
}

/// Names and values of a map, whose length the caller knows.
class Numbers
{
public:
    explicit Numbers(protocol::ReplyWriter& reply) : reply_(reply) {}

    void add(std::string_view name, std::size_t value)
    {
        reply_.bulk(name);
        reply_.integer(static_cast<std::int64_t>(value));
    }
    void add_ratio(std::string_view name, double value)
    {
        reply_.bulk(name);
        reply_.number(value);
    }
    /// By how much one is larger than the other.
    void add_excess(std::string_view ratio, std::string_view bytes, std::size_t large,
                    std::size_t small)
    {
        add_ratio(ratio, MemoryOverview::ratio(large, small));
        reply_.bulk(bytes);
        reply_.integer(static_cast<std::int64_t>(large) - static_cast<std::int64_t>(small));
    }

private:
    protocol::ReplyWriter& reply_;
};

void reply_databases(Call& call)
{
    for (int index = 0; index < call.server.databases.count(); ++index) {
        const store::Keyspace& keys = call.server.databases[index];
        if (keys.size() == 0) continue;
        call.reply.bulk(fmt::format("db.{}", index));
        call.reply.map(3);
        Numbers numbers{call.reply};
        numbers.add("overhead.hashtable.main", keys.table_bytes());
        numbers.add("overhead.hashtable.expires", keys.deadline_bytes());
        numbers.add("overhead.hashtable.slot-to-keys", 0);
    }
}

void stats(Call& call)
{
    constexpr std::size_t kNumbers = 27;
    const MemoryOverview memory = memory_overview(call.server);
    std::size_t databases = 0;
    for (int index = 0; index < call.server.databases.count(); ++index)
        if (call.server.databases[index].size() != 0) ++databases;
    call.reply.map(kNumbers + databases);
    Numbers numbers{call.reply};
    numbers.add("peak.allocated", memory.peak);
    numbers.add("total.allocated", memory.used);
    numbers.add("startup.allocated", memory.startup);
    numbers.add("replication.backlog", 0);
    numbers.add("clients.slaves", 0);
    numbers.add("clients.normal", memory.clients);
    numbers.add("cluster.links", 0);
    numbers.add("aof.buffer", 0);
    numbers.add("lua.caches", memory.scripts);
    numbers.add("functions.caches", memory.functions);
    reply_databases(call);
    numbers.add("overhead.total", memory.overhead());
    numbers.add("keys.count", memory.keys);
    const std::size_t since_start = memory.used - std::min(memory.used, memory.startup);
    numbers.add("keys.bytes-per-key", memory.keys == 0 ? 0 : since_start / memory.keys);
    numbers.add("dataset.bytes", memory.dataset());
    numbers.add_ratio("dataset.percentage", memory.dataset_percent());
    numbers.add_ratio("peak.percentage", 100 * memory.ratio(memory.used, memory.peak));
    const AllocatorBytes& allocator = memory.allocator;
    numbers.add("allocator.allocated", allocator.allocated);
    numbers.add("allocator.active", allocator.active);
    numbers.add("allocator.resident", allocator.resident);
    numbers.add_excess("allocator-fragmentation.ratio", "allocator-fragmentation.bytes",
                       allocator.active, allocator.allocated);
    numbers.add_excess("allocator-rss.ratio", "allocator-rss.bytes", allocator.resident,
                       allocator.active);
    numbers.add_excess("rss-overhead.ratio", "rss-overhead.bytes", memory.resident,
                       allocator.resident);
    numbers.add_excess("fragmentation", "fragmentation.bytes", memory.resident, memory.used);
}

void doctor(Call& call)
{
    const Server& server = call.server;
    const MemoryOverview memory = memory_overview(call.server);
    call.reply.verbatim("txt",
                        memory_report(memory, server.sessions.size(), server.scripting->count()));
}

void purge(Call& call)
{
    purge_free_memory();
    call.reply.ok();
}

void malloc_stats(Call& call)
{
    const std::string report = allocator_report();
    if (report.empty()) return call.reply.bulk("Stats not supported for the current allocator");
    call.reply.verbatim("txt", report);
}

constexpr Command kCommands[] = {
    {.name = "MEMORY",
     .summary = "A container for memory diagnostics commands.",
     .since = "4.0.0",
     .complexity = "Depends on subcommand.",
     .group = Group::Server,
     .arity_override = -2},
    {.name = "MEMORY DOCTOR",
     .summary = "Outputs a memory problems report.",
     .since = "4.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .run = doctor,
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
    {.name = "MEMORY HELP",
     .summary = "Returns helpful text about the different subcommands.",
     .since = "4.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .flags = kLoading | kStale,
     .run = container_help},
    {.name = "MEMORY MALLOC-STATS",
     .summary = "Returns the allocator statistics.",
     .since = "4.0.0",
     .complexity = "Depends on how much memory is allocated, could be slow",
     .group = Group::Server,
     .run = malloc_stats,
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
    {.name = "MEMORY PURGE",
     .summary = "Asks the allocator to release memory.",
     .since = "4.0.0",
     .complexity = "Depends on how much memory is allocated, could be slow",
     .group = Group::Server,
     .run = purge,
     .tips = "request_policy:all_shards response_policy:all_succeeded"},
    {.name = "MEMORY STATS",
     .summary = "Returns details about memory usage.",
     .since = "4.0.0",
     .complexity = "O(1)",
     .group = Group::Server,
     .run = stats,
     .tips = "nondeterministic_output request_policy:all_shards response_policy:special"},
    {.name = "MEMORY USAGE",
     .syntax = "key [SAMPLES count:integer]",
     .summary = "Estimates the memory usage of a key.",
     .since = "4.0.0",
     .complexity = "O(N) where N is the number of samples.",
     .group = Group::Server,
     .flags = kReadonly,
     .keys = {key_at(2, "RO")},
     .run = usage},
};

}  // namespace

std::span<const Command> memory() { return kCommands; }

}  // namespace server::commands
