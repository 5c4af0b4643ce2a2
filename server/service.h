#pragma once

#include <string>

#include "server/config/options.h"

namespace server {

/// Makes options.directory the working directory. Throws ConfigError.
void enter_directory(Options& options);

/// The process as the operating system's service managers know it: in the background if
/// `daemonize` says so, with files that hold its number and its port if `pidfile` and `port-file`
/// name them.
class Service
{
public:
    /// With `daemonize`, returns in the background only: the process that was started waits until
    /// start() is called there and exits with 0, or with 1 if the background process ends first.
    /// A supervisor's process stays in the foreground. REQUIRES one thread and nothing opened yet.
    explicit Service(const Options& options);

    /// Removes the files.
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    /// The server is ready for clients, on this TCP port. Returns a warning, empty if all went
    /// well.
    std::string start(int port);

private:
    void go_to_background();

    std::string pid_file_;
    std::string port_file_;
    int starter_ = -1;  // written to when the server is ready
};

}  // namespace server
