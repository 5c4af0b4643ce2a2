#include "server/commands/help.h"

#include <vector>

#include "server/catalogue/docs.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

void container_help(Call& call)
{
    const CommandTable& table = call.server.commands;
    const Command& container = *table.find(container_of(call.command));

    std::vector<std::string> lines;
    const auto add = [&](std::string_view usage, std::string_view summary) {
        lines.emplace_back(usage);
        lines.push_back(fmt::format("    {}", summary));
    };
    lines.push_back(
        fmt::format("{} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", container.name));
    if (container.run != nullptr) add("(no subcommand)", container.summary);
    for (const Command* row : subcommands(table, container)) {
        if (row == &call.command) continue;
        const auto name = subcommand_of(*row);
        add(row->syntax.empty() ? std::string{name}
                                : fmt::format("{} {}", name, without_types(row->syntax)),
            row->summary);
    }
    add("HELP", "Prints this help.");

    call.reply.array(lines.size());
    for (const std::string& line : lines) call.reply.simple(line);
}

}  // namespace server::commands
