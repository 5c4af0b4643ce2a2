#pragma once

#include <limits>

#include "server/config/option_table.h"

namespace server {

/// The options that say who may do what.
inline constexpr Option kAccess[] = {
    {.name = "requirepass",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Text,
     .value_name = "password",
     .summary = "Clients must give this password with AUTH or HELLO",
     .member = &Options::require_pass},
    {.name = "rename-command",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Renaming,
     .value_name = "command new-name",
     .summary = "Clients call the command by its new name, or not at all if that is empty",
     .change = Change::Directive,
     .member = &Options::renamed_commands},
    {.name = "user",
     .chapter = Chapter::Clients,
     .grammar = Grammar::User,
     .value_name = "name rule ...",
     .summary = "A user and what they may do, as in ACL SETUSER; one line for each",
     .change = Change::Directive,
     .member = &Options::users},
    {.name = "aclfile",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Text,
     .value_name = "path",
     .summary = "A file of lines like those of user, which ACL LOAD reads and ACL SAVE writes",
     .change = Change::AtStart,
     .member = &Options::acl_file},
    {.name = "acl-pubsub-default",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Choice,
     .value_name = "rule",
     .summary = "Which channels new users may use: resetchannels none, allchannels all",
     .member = &Options::acl_pubsub_default,
     .choices = "allchannels resetchannels"},
    {.name = "acllog-max-len",
     .chapter = Chapter::Clients,
     .grammar = Grammar::Integer,
     .value_name = "entries",
     .summary = "How many refusals ACL LOG remembers",
     .member = &Options::acl_log_max_len,
     .max = std::numeric_limits<std::int64_t>::max()},
};

}  // namespace server
