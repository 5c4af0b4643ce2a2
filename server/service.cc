#include "server/service.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
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

/// Writes the number, at once: whoever sees the file sees all of it. Returns a warning, and forgets
/// the file, if that fails.
std::string write_number(std::string& path, std::int64_t number)
{
    if (path.empty()) return {};
    const std::string part = path + ".part";
    std::ofstream file{part};
    file << number << '\n' << std::flush;
    file.close();
    if (file && std::rename(part.c_str(), path.c_str()) == 0) return {};
    return fmt::format("Cannot write {}: {}", std::exchange(path, {}), std::strerror(errno));
}

}  // namespace

void enter_directory(Options& options)
{
    std::error_code error;
    std::filesystem::current_path(options.directory, error);
    if (error) throw ConfigError{fmt::format("dir '{}': {}", options.directory, error.message())};
    options.directory = std::filesystem::current_path(error).string();
}

Service::Service(const Options& options)
    : pid_file_(options.pid_file), port_file_(options.port_file)
{
    if (options.daemonize && options.supervised == "no") go_to_background();
}

Service::~Service()
{
    for (const auto& file : {pid_file_, port_file_})
        if (!file.empty()) unlink(file.c_str());
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

std::string Service::start(int port)
{
    std::string warning = write_number(pid_file_, getpid());
    const std::string other = write_number(port_file_, port);
    if (warning.empty()) warning = other;
    if (starter_ >= 0) {
        send_to_nowhere(STDERR_FILENO);
        [[maybe_unused]] const auto written = write(starter_, "", 1);
        close(starter_);
    }
    return warning;
}

}  // namespace server
