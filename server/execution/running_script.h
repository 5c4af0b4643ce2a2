#pragma once

#include <chrono>
#include <string_view>

#include "server/execution/invocation.h"

namespace server {

/// The script or function that runs, as far as others must know of it.
struct RunningScript
{
    bool running = false;
    bool is_function = false;
    bool read_only = false;  ///< its commands may not write
    bool allow_oom = false;  ///< its commands may, even over the limit of memory
    bool slow = false;       ///< over busy-reply-threshold: the other clients get BUSY
    bool killed = false;     ///< SCRIPT KILL, FUNCTION KILL: it ends as soon as it can
    bool changed_something = false;

    std::string_view name;             ///< the script's SHA-1 or the function's name
    Request request;                   ///< what the client sent
    const Session* caller = nullptr;   ///< the client
    std::chrono::nanoseconds began{};  ///< by the server's stopwatch
};

}  // namespace server
