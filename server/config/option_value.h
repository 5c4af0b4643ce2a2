#pragma once

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/option_table.h"

namespace server {

/// A value that an option does not take; what() is Redis's text: "argument must be 'yes' or 'no'".
class OptionError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// Cuts at every single space, as Redis cuts a value that may have several words; none if empty.
std::vector<std::string_view> split_at_spaces(std::string_view value);

/// Checks the words of a value and gives it as CONFIG GET prints it: "1gb" becomes "1073741824".
/// Throws OptionError.
std::string normalize(const Option& option, std::span<const std::string_view> words);

/// Why a value that the option does not support is refused: "not supported by Dabba".
std::string unsupported_text(const Option& option);

/// Sets an option to a value that normalize() gave.
void set_value(Options& options, const Option& option, std::string_view normalized);

/// The option's value as CONFIG GET prints it.
std::string get_value(const Options& options, const Option& option);

/// The value that an option has unless it is set.
std::string default_value(const Option& option);

}  // namespace server
