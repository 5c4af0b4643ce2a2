#pragma once

namespace server {

/// The script that runs, as far as others must know of it.
struct RunningScript
{
    bool running = false;
    bool read_only = false;  ///< its commands may not write
    bool slow = false;       ///< over busy-reply-threshold: the other clients get BUSY
    bool killed = false;     ///< SCRIPT KILL: it ends as soon as it can
    bool changed_something = false;
};

}  // namespace server
