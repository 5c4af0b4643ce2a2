#include "server/catalogue/markdown.h"

#include <fmt/format.h>

#include <map>

#include "server/catalogue/docs.h"

namespace server {

namespace {

/// "`CLIENT`: `ID`, `INFO`" for a container, "`GET`" for others.
std::string names_of(const CommandTable& table, const Command& command)
{
    std::string names = fmt::format("`{}`", command.name);
    if (!table.is_container(command)) return names;
    std::string_view separator = " (";
    for (const Command* row : subcommands(table, command)) {
        names += fmt::format("{}`{}`", separator, subcommand_of(*row));
        separator = ", ";
    }
    return names + ")";
}

/// A text in a table's cell: a bar would end the cell.
std::string in_cell(std::string_view text)
{
    std::string cell;
    for (const char c : text) {
        if (c == '|') cell += '\\';
        cell += c;
    }
    return cell;
}

}  // namespace

std::string commands_as_markdown(const CommandTable& table)
{
    std::map<Group, std::string> names_by_group;
    std::string own;
    for (const Command* command : table.all()) {
        if (!subcommand_of(*command).empty()) continue;
        std::string& names = names_by_group[command->group];
        if (!names.empty()) names += ", ";
        names += names_of(table, *command);
        if (command->group == Group::Assign) {
            own += fmt::format("| `{} {}` | {} |\n", command->name,
                               in_cell(without_types(command->syntax)), in_cell(command->summary));
        }
    }
    std::string text = "| Group | Commands |\n|---|---|\n";
    for (const auto& [group, names] : names_by_group)
        text += fmt::format("| {} | {} |\n", row_of(group).name, names);
    return text + "\nDabba's own:\n\n| Command | What it does |\n|---|---|\n" + own;
}

}  // namespace server
