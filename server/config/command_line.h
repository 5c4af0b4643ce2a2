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
    enum class Action { Run, PrintHelp, PrintDialects, PrintVersion, PrintAbout, PrintConfig };

    Action action = Action::Run;
    Options options;
    std::vector<std::string> warnings;  ///< settings that were skipped
};

/// Reads `[config-file] [--name value ...] ... [-]`, the words behind the program's name. A flag
/// takes the words up to the next that begins with "--"; `--name=value` takes that one, and what
/// stands behind the name in the same word ("--port 7000") is split as in a config file. "-", first
/// or last, reads the standard input as a config file, too. Flags win over files. Throws
/// ConfigError.
CommandLine parse_command_line(std::span<const char* const> words, Options defaults);

}  // namespace server
