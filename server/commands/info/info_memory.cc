#include <unistd.h>

#include "server/commands/info/info.h"
#include "server/commands/memory_overview.h"
#include "server/scripting/functions.h"
#include "server/scripting/scripting.h"
#include "server/server.h"

namespace server::commands {

namespace {

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

/// By how much one is larger than the other.
void write_excess(Fields& fields, std::string_view name, std::size_t large, std::size_t small)
{
    fields.add(fmt::format("{}_ratio", name),
               fmt::format("{:.2f}", MemoryOverview::ratio(large, small)));
    fields.add(fmt::format("{}_bytes", name),
               static_cast<std::int64_t>(large) - static_cast<std::int64_t>(small));
}

}  // namespace

void write_memory(Server& server, Fields& fields)
{
    const MemoryOverview memory = memory_overview(server);
    fields.add_bytes("used_memory", memory.used);
    fields.add_bytes("used_memory_rss", memory.resident);
    fields.add_bytes("used_memory_peak", memory.peak);
    fields.add("used_memory_peak_perc",
               fmt::format("{:.2f}%", 100 * memory.ratio(memory.used, memory.peak)));
    fields.add("used_memory_overhead", memory.overhead());
    fields.add("used_memory_startup", memory.startup);
    fields.add("used_memory_dataset", memory.dataset());
    fields.add("used_memory_dataset_perc", fmt::format("{:.2f}%", memory.dataset_percent()));
    fields.add("allocator_allocated", memory.allocator.allocated);
    fields.add("allocator_active", memory.allocator.active);
    fields.add("allocator_resident", memory.allocator.resident);
    fields.add_bytes("total_system_memory", static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                                                static_cast<std::size_t>(sysconf(_SC_PAGESIZE)));
    write_memory_of_scripts(server, fields);
    fields.add_bytes("maxmemory", server.options.max_memory);
    fields.add("maxmemory_policy", server.options.max_memory_policy);
    write_excess(fields, "allocator_frag", memory.allocator.active, memory.allocator.allocated);
    write_excess(fields, "allocator_rss", memory.allocator.resident, memory.allocator.active);
    write_excess(fields, "rss_overhead", memory.resident, memory.allocator.resident);
    write_excess(fields, "mem_fragmentation", memory.resident, memory.used);
    // There are no replicas, no other nodes and no files.
    fields.add_all(
        {"mem_not_counted_for_evict", "mem_replication_backlog", "mem_total_replication_buffers",
         "mem_clients_slaves", "mem_cluster_links", "mem_aof_buffer"},
        0);
    fields.add("mem_clients_normal", memory.clients);
    fields.add("mem_allocator", allocator_name());
    fields.add("active_defrag_running", 0);
    std::size_t waiting = 0;
    for (int index = 0; index < server.databases.count(); ++index)
        waiting += server.databases[index].waiting_to_be_freed();
    fields.add("lazyfree_pending_objects", waiting);
}

}  // namespace server::commands
