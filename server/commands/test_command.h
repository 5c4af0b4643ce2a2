#pragma once

#include <string_view>

#include "server/catalogue/command.h"
#include "server/commands/help.h"

namespace server::commands {

/// The row of a command that only tests need, or with `run` nullptr of their container. Refused
/// unless the server was started with enable-test-commands (see admission.cc).
constexpr Command test_command(std::string_view name, std::string_view syntax,
                               std::string_view summary, std::string_view complexity,
                               void (*run)(Call&))
{
    return {.name = name,
            .syntax = syntax,
            .summary = summary,
            .since = "0.1.0",
            .complexity = complexity,
            .group = Group::Server,
            .flags = kAdmin | kNoscript | kNoMulti | kForTests | kForSystem,
            .run = run};
}

/// The row of "<CONTAINER> HELP".
constexpr Command test_help(std::string_view name, std::string_view complexity)
{
    return test_command(name, "", "Returns helpful text about the different subcommands.",
                        complexity, container_help);
}

}  // namespace server::commands
