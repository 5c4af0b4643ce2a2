#pragma once

#include <string>
#include <string_view>

namespace server::net {

/// Tells the service manager that the server is ready: systemd through the socket that
/// $NOTIFY_SOCKET names, upstart by stopping until it lets the process go on. `kind` is a value of
/// the option `supervised`; "auto" takes the one whose variable is set. Returns a warning if there
/// is none to tell, empty if all went well.
std::string tell_supervisor(std::string_view kind);

}  // namespace server::net
