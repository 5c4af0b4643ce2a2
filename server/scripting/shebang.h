#pragma once

#include <string_view>

namespace server::scripting {

/// What a script's first line says of it: `#!lua flags=no-writes,allow-oom`.
struct Shebang
{
    bool given = false;
    bool no_writes = false;
    bool allow_oom = false;
};

/// Takes the shebang off the script, if it has one: an empty line is left, so that the others keep
/// their numbers. Throws CommandError.
Shebang take_shebang(std::string_view& script);

}  // namespace server::scripting
