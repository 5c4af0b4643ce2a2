#include "server/log.h"

#include <fmt/chrono.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <string>

#include "server/config/config_file.h"

namespace server {
namespace {

constexpr std::string_view kLevels[] = {"debug", "verbose", "notice", "warning"};

std::string printable(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        if (c >= ' ' && c <= '~') {
            result += c;
        } else {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

}  // namespace

Log::Log(const Options& options, const store::Clock& clock) : options_(options), clock_(clock)
{
    if (options.log_file.empty()) return;
    std::FILE* const file = std::fopen(options.log_file.c_str(), "a");
    if (file == nullptr) {
        throw ConfigError{
            fmt::format("Cannot open the log file {}: {}", options.log_file, std::strerror(errno))};
    }
    std::fclose(file);
}

void Log::write(LogLevel level, std::string_view message)
{
    // Opened for each line, so that the file can be moved away at any time.
    const bool to_file = !options_.log_file.empty();
    std::FILE* const out = to_file ? std::fopen(options_.log_file.c_str(), "a") : stdout;
    if (out == nullptr) return;  // a full disk must not stop the server
    const auto now = clock_.now();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const auto milliseconds =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
    fmt::print(out, "{:%FT%T}.{:03}Z {} {}\n",
               fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
               milliseconds, kLevels[static_cast<std::size_t>(level)], printable(message));
    if (to_file) {
        std::fclose(out);
    } else {
        std::fflush(out);
    }
}

}  // namespace server
