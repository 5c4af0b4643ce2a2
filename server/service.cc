#include "server/service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "server/config/config_file.h"

namespace server {
namespace {

/// Until the background process is ready or has ended.
[[noreturn]] void wait_and_exit(int ready)
{
    char answer = 0;
    _exit(read(ready, &answer, 1) == 1 ? 0 : 1);
}

void send_to_nowhere(int file)
{
    const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere < 0) return;
    dup2(nowhere, file);
    close(nowhere);
}

}  // namespace

void enter_directory(Options& options)
{
    std::error_code error;
    std::filesystem::current_path(options.directory, error);
    if (error) throw ConfigError{fmt::format("dir '{}': {}", options.directory, error.message())};
    options.directory = std::filesystem::current_path(error).string();
}

Service::Service(const Options& options) : pid_file_(options.pid_file)
{
    if (options.daemonize && options.supervised == "no") go_to_background();
}

Service::~Service()
{
    if (!pid_file_.empty()) unlink(pid_file_.c_str());
}

// The standard error stays open until the start, so that a failure is said where it was asked for.
void Service::go_to_background()
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw ConfigError{"daemonize: no pipe can be opened"};
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child < 0) throw ConfigError{fmt::format("daemonize: {}", std::strerror(errno))};
    if (child > 0) {
        close(ends[1]);
        wait_and_exit(ends[0]);
    }
    close(ends[0]);
    starter_ = ends[1];
    setsid();
    send_to_nowhere(STDIN_FILENO);
    send_to_nowhere(STDOUT_FILENO);
}

std::string Service::start()
{
    if (starter_ >= 0) {
        send_to_nowhere(STDERR_FILENO);
        [[maybe_unused]] const auto written = write(starter_, "", 1);
        close(starter_);
    }
    if (pid_file_.empty()) return {};
    std::ofstream file{pid_file_};
    file << getpid() << '\n' << std::flush;
    if (file) return {};
    return fmt::format("Cannot write the pidfile {}: {}", std::exchange(pid_file_, {}),
                       std::strerror(errno));
}

}  // namespace server
