#pragma once

#include "server/catalogue/command.h"
#include "server/execution/call.h"
#include "server/scripting/program.h"

/// What the commands of scripts and those of functions share.
namespace server::commands {

enum class Access : bool { Any, ReadOnly };

/// The number of keys, the keys, and all other arguments. Throws CommandError; `not_a_number` if
/// the number is none.
scripting::Arguments next_script_arguments(Args& args, Access access,
                                           std::string_view not_a_number);

/// Shows a request that runs a script to the clients that MONITOR, before what the script does.
void show_first(Call& call);

/// SCRIPT KILL and FUNCTION KILL: each ends only what it is meant for.
enum class Kill : bool { Script, Function };
void kill_running(Call& call, Kill kill);

// What the rows of the commands that run scripts have in common.
inline constexpr std::uint32_t kRunFlags =
    kNoscript | kStale | kSkipMonitor | kNoMandatoryKeys | kMovableKeys;
inline constexpr std::string_view kMayWriteNotes =
    "We cannot tell how the keys will be used so we assume the worst, RW and UPDATE";
inline constexpr std::string_view kMayReadNotes =
    "We cannot tell how the keys will be used so we assume the worst, RO and ACCESS";

}  // namespace server::commands
