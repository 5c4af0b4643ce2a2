#pragma once

#include <string>
#include <string_view>

#include "server/config/options.h"

namespace server {

/// The text of a config file, changed so that a server that starts on it has these options: what is
/// named in it gets its value of now at that place, once, and what else differs from its default
/// comes behind. Comments, empty lines and `include`s stay, and so do renamed commands. `users` are
/// the lines of an ACL file, which take the place of those that there are; empty: those go.
std::string rewrite_config(std::string_view text, const Options& options, std::string_view users);

}  // namespace server
