#pragma once

#include <string>

namespace server {

/// What --help and --print-config print.
std::string help_text();
std::string sample_config();

/// The tables of server/config/README.md: the options that work, and what becomes of the others.
std::string options_as_markdown();

}  // namespace server
