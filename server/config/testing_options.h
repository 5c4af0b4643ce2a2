#pragma once

#include "server/config/option_table.h"

namespace server {

/// The options that only tests need.
inline constexpr Option kTesting[] = {
    {.name = "enable-debug-command",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "yes|no|local",
     .summary = "Allow DEBUG, for tests; local: to clients on this machine",
     .change = Change::AtStart,
     .member = &Options::enable_debug_command,
     .choices = "no yes local"},
    {.name = "enable-test-commands",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "yes|no|local",
     .summary = "Allow commands that only tests need, such as CLOCK; local: to clients on this "
                "machine",
     .change = Change::AtStart,
     .member = &Options::enable_test_commands,
     .choices = "no yes local"},
    {.name = "fixture",
     .chapter = Chapter::Process,
     .grammar = Grammar::Words,
     .value_name = "path ...",
     .summary = "Begin with the data of these files, which FIXTURE DUMP writes: JSON, or requests",
     .change = Change::AtStart,
     .member = &Options::fixture},
    {.name = "speak-as",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "server",
     .summary = "Reply as this server does, see --help speak-as: redis-7.0, redis-7.2, redis-8.0, "
                "valkey-8.1, valkey-9.1",
     .change = Change::AtStart,
     .member = &Options::speak_as,
     .choices = "redis-7.0 redis-7.2 redis-8.0 valkey-8.1 valkey-9.1"},
    {.name = "strict",
     .chapter = Chapter::Process,
     .grammar = Grammar::Choice,
     .value_name = "no|version",
     .summary = "Refuse commands and options that this version of Redis, or Valkey, does not have",
     .member = &Options::strict,
     .choices = "no 5.0 6.0 6.2 7.0 7.2 7.4 8.0 valkey-8.1 valkey-9.1"},
    {.name = "workspaces",
     .chapter = Chapter::Process,
     .grammar = Grammar::Flag,
     .value_name = "yes|no",
     .summary = "Give each client that names a workspace a server of its own, for parallel tests",
     .change = Change::AtStart,
     .member = &Options::workspaces},
};

}  // namespace server
