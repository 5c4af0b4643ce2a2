#pragma once

#include <string>
#include <string_view>

#include "server/scripting/script_flags.h"

namespace server::scripting {

// The first line of a script, `#!lua flags=no-writes,allow-oom`, or of a library of functions,
// `#!lua name=mylib`. What takes it off leaves an empty line, so that the others keep their
// numbers. Its words may be quoted as in redis-cli.

struct Shebang
{
    bool given = false;
    ScriptFlags flags;
};

/// Takes the shebang off a script, if it has one. Throws CommandError.
Shebang take_shebang(std::string_view& script);

/// Takes the shebang off a library, and returns the library's name. Throws CommandError.
std::string take_library_name(std::string_view& code);

/// Whether a library or a function may have this name.
bool is_valid_name(std::string_view name);

inline constexpr std::string_view kInvalidName =
    "ERR Library names can only contain letters, numbers, or underscores(_) and must be at least "
    "one character long";

}  // namespace server::scripting
