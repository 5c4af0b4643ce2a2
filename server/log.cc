#include "server/log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstring>
#include <ctime>
#include <string>

#include "server/config/config_file.h"

namespace server {
namespace {

constexpr std::string_view kLevels[] = {"debug", "verbose", "notice", "warning"};

// A pipe takes this much whole or not at all.
constexpr std::size_t kMaxLine = PIPE_BUF;

// Opened for each line, so that the file can be moved away at any time. A named pipe without a
// reader fails to open instead of waiting for one.
int open_file(const std::string& path)
{
    constexpr mode_t kMode = 0666;  // less the umask
    return open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
                kMode);
}

// The standard output is shared with others, who may rely on its waiting: a pipe or a terminal is
// opened once more, for writes that do not wait. Files never wait; what cannot be opened so (a
// socket, a pipe of another user) is asked for room before each write, as all are.
int open_standard_output()
{
    struct stat status = {};
    const bool may_wait =
        fstat(STDOUT_FILENO, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode));
    if (!may_wait) return STDOUT_FILENO;
    const int own = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    return own < 0 ? STDOUT_FILENO : own;
}

bool write_without_waiting(int file, std::string_view line)
{
    pollfd room = {.fd = file, .events = POLLOUT, .revents = 0};
    if (poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return false;
    return ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

// A line being put together; what is beyond its end is left out.
class Line
{
public:
    template <class... Values>
    void add(fmt::format_string<Values...> text, Values&&... values)
    {
        const std::size_t room = sizeof bytes_ - 1 - size_;
        const auto end =
            fmt::format_to_n(bytes_ + size_, room, text, std::forward<Values>(values)...);
        size_ += std::min(end.size, room);
    }

    void add_printable(std::string_view text)
    {
        for (const char c : text) {
            if (c >= ' ' && c <= '~') {
                add("{}", c);
            } else {
                add("\\x{:02x}", static_cast<unsigned char>(c));
            }
        }
    }

    std::string_view finish()
    {
        bytes_[size_++] = '\n';
        return {bytes_, size_};
    }

private:
    char bytes_[kMaxLine];
    std::size_t size_ = 0;
};

}  // namespace

Log::Log(const Options& options, const store::Clock& clock)
    : options_(options), clock_(clock), standard_output_(open_standard_output())
{
    if (options.log_file.empty()) return;
    const int file = open_file(options.log_file);
    if (file < 0 && errno != ENXIO) {  // ENXIO: a named pipe whose reader may still come
        throw ConfigError{
            fmt::format("Cannot open the log file {}: {}", options.log_file, std::strerror(errno))};
    }
    if (file >= 0) close(file);
}

Log::~Log()
{
    if (standard_output_ != STDOUT_FILENO) close(standard_output_);
}

void Log::write(LogLevel level, std::string_view message)
{
    const bool to_file = !options_.log_file.empty();
    const int file = to_file ? open_file(options_.log_file) : standard_output_;
    bool written = file >= 0;
    if (written && dropped_ != 0) {
        char gap[kMaxMessage];
        const auto end = fmt::format_to_n(
            gap, kMaxMessage, "{} lines of this log were dropped: there was no room", dropped_);
        written = write_line(file, LogLevel::Warning, {gap, end.size});
        if (written) dropped_ = 0;
    }
    written = written && write_line(file, level, message);
    if (!written) ++dropped_;
    if (to_file && file >= 0) close(file);
}

bool Log::write_line(int file, LogLevel level, std::string_view message) const
{
    const auto now = clock_.now();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
    Line line;
    line.add("{:%FT%T}.{:03}Z {} ",
             fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
             milliseconds, kLevels[static_cast<std::size_t>(level)]);
    line.add_printable(message);
    return write_without_waiting(file, line.finish());
}

}  // namespace server
