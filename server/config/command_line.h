#pragma once

#include <span>
#include <string>
#include <vector>

#include "server/config/config_file.h"
#include "server/config/options.h"

namespace server {

/// What the user asked the program to do.
struct CommandLine
{
    enum class Action { Run, PrintHelp, PrintVersion, PrintConfig };

    Action action = Action::Run;
    Options options;
    std::vector<std::string> warnings;  ///< settings of the file that were skipped
};

/// Reads `[config-file] [--name value ...] ...`, the words behind the program's name. A flag takes
/// the words up to the next that begins with "--"; `--name=value` takes that one. The config file
/// "-" is the standard input. Flags win over the file. Throws ConfigError.
CommandLine parse_command_line(std::span<const char* const> words, Options defaults);

/// What --version prints.
std::string version_text();

}  // namespace server
