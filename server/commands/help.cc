#include "server/commands/help.h"

#include "server/catalogue/docs.h"
#include "server/execution/call.h"
#include "server/server.h"

namespace server::commands {

void HelpText::add(std::string_view name, std::string_view syntax, std::string_view summary)
{
    lines_.push_back(syntax.empty() ? std::string{name}
                                    : fmt::format("{} {}", name, without_types(syntax)));
    lines_.push_back(fmt::format("    {}", summary));
}

void HelpText::reply(protocol::ReplyWriter& reply) const
{
    reply.array(lines_.size());
    for (const std::string& line : lines_) reply.simple(line);
}

void container_help(Call& call)
{
    const CommandTable& table = call.server.commands;
    const Command& container = *table.find(container_of(call.command));

    HelpText text;
    text.add_line(
        fmt::format("{} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:", container.name));
    if (container.run != nullptr) text.add("(no subcommand)", "", container.summary);
    for (const Command* row : subcommands(table, container))
        if (row != &call.command) text.add(subcommand_of(*row), row->syntax, row->summary);
    text.add("HELP", "", "Prints this help.");
    text.reply(call.reply);
}

}  // namespace server::commands
