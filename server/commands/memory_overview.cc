#include "server/commands/memory_overview.h"

#include "server/clients/client_memory.h"
#include "server/scripting/functions.h"
#include "server/scripting/scripting.h"
#include "server/server.h"

namespace server::commands {

namespace {

std::size_t bytes_of_clients(const Server& server)
{
    std::size_t bytes = 0;
    for (const auto& [id, session] : server.sessions) bytes += client_bytes(*session);
    return bytes;
}

}  // namespace

MemoryOverview memory_overview(Server& server)
{
    MemoryOverview overview{.used = server.note_memory_peak(),
                            .peak = server.memory_peak,
                            .startup = server.memory_at_start,
                            .resident = resident_bytes(),
                            .clients = bytes_of_clients(server),
                            .scripts = server.scripting->text_bytes(),
                            .functions = server.functions->libraries().code_bytes(),
                            .interpreters = server.scripting->interpreter_bytes() +
                                            server.functions->interpreter_bytes(),
                            .tables = 0,
                            .keys = 0,
                            .allocator = allocator_bytes()};
    for (int index = 0; index < server.databases.count(); ++index) {
        const store::Keyspace& keys = server.databases[index];
        overview.tables += keys.table_bytes() + keys.deadline_bytes();
        overview.keys += keys.size();
    }
    return overview;
}

}  // namespace server::commands
