#pragma once

#include <string>
#include <string_view>

#include "server/config/options.h"

namespace server {

/// The text of a config file, changed so that a server that starts on it has these options: what is
/// named in it gets its value of now at that place, once, and what it would not have by that comes
/// behind. Comments, empty lines and `include`s stay, and so do renamed commands and what does not
/// work here. `users` are the lines of an ACL file, which take the place of those that there are;
/// empty: those go. Throws ConfigError if the file, or one that it includes, cannot be read.
std::string rewrite_config(std::string_view text, const Options& options, std::string_view users);

}  // namespace server
