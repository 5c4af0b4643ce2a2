#include <fmt/format.h>

#include <string>

#include "server/catalogue/command.h"
#include "server/dialects/dialect.h"
#include "server/dialects/difference_table.h"

namespace server {

namespace {

std::string names_of(ModelSet set)
{
    std::string names;
    for (std::size_t i = 0; i < models().size(); ++i)
        if ((set >> i & 1) != 0)
            names += fmt::format("{}{}", names.empty() ? "" : ", ", models()[i].name);
    return names;
}

std::string missing_commands(const Model& model, std::span<const Command* const> commands)
{
    const Dialect dialect{model.name};
    std::string names;
    for (const Command* command : commands)
        if (!dialect.knows(*command))
            names += fmt::format("{}{}", names.empty() ? "" : ", ", command->name);
    return names.empty() ? "none" : names;
}

}  // namespace

std::string dialects_text(std::span<const Command* const> commands)
{
    std::string text =
        "--speak-as <server>: replies, errors and commands as that server has them, which was "
        "asked "
        "in this version:\n";
    for (const Model& model : models())
        text += fmt::format("  {:<12}{}{}\n", model.name, model.version,
                            Dialect{model.name}.is_default() ? " (the default)" : "");
    text += "\nWhat is otherwise than in Redis 7.2:\n";
    for (const DifferenceRow& row : difference_table())
        text += fmt::format("  {}\n        {} (since {}); for example: {}\n", names_of(row.models),
                            row.what, row.since, row.shown_by);
    text += "\nTexts within errors:\n";
    for (const WordingRow& row : wording_table())
        text += fmt::format("  {}\n        \"{}\", not \"{}\"\n", names_of(row.models), row.theirs,
                            row.ours);
    text += "\nCommands that are not there:\n";
    for (const Model& model : models())
        text += fmt::format("  {:<12}{}\n", model.name, missing_commands(model, commands));
    return text;
}

std::string dialects_as_markdown(std::span<const Command* const> commands)
{
    std::string text =
        "| Server | What it does otherwise | Since | Shown by |\n|---|---|---|---|\n";
    for (const DifferenceRow& row : difference_table())
        text += fmt::format("| {} | {} | {} | `{}` |\n", names_of(row.models), row.what, row.since,
                            row.shown_by);
    text += "\n| Server | Text within an error | Of Redis 7.2 |\n|---|---|---|\n";
    for (const WordingRow& row : wording_table())
        text += fmt::format("| {} | `{}` | `{}` |\n", names_of(row.models), row.theirs, row.ours);
    text +=
        "\n| Server | Version asked | Version of DUMP | Commands that are not there "
        "|\n|---|---|---|---|\n";
    for (const Model& model : models())
        text += fmt::format("| {} | {} | {} | {} |\n", model.name, model.version,
                            model.dumps.written, missing_commands(model, commands));
    return text;
}

}  // namespace server
