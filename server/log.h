#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

#include "server/config/options.h"
#include "store/clock.h"

namespace server {

/// The server's diary, one line an event: `2026-01-31T09:30:00.123Z notice Listening on ...` (UTC).
/// Bytes of a message that are no printable ASCII are shown as \xHH: an event stays one line.
/// Messages are cut after kMaxMessage bytes.
///
/// Writing never waits and never allocates. A line that the reader of a pipe or a terminal has no
/// room for is dropped and counted, and the next line that fits says how many were.
class Log
{
public:
    /// Writes to options.log_file, or the standard output, what options.log_level says; both may
    /// change. Throws ConfigError if the file cannot be opened. Both references outlive the log.
    Log(const Options& options, const store::Clock& clock);
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    static constexpr std::size_t kMaxMessage = 1024;

    template <class... Values>
    void debug(fmt::format_string<Values...> line, Values&&... values)
    {
        add(LogLevel::Debug, line, std::forward<Values>(values)...);
    }
    template <class... Values>
    void verbose(fmt::format_string<Values...> line, Values&&... values)
    {
        add(LogLevel::Verbose, line, std::forward<Values>(values)...);
    }
    template <class... Values>
    void notice(fmt::format_string<Values...> line, Values&&... values)
    {
        add(LogLevel::Notice, line, std::forward<Values>(values)...);
    }
    template <class... Values>
    void warning(fmt::format_string<Values...> line, Values&&... values)
    {
        add(LogLevel::Warning, line, std::forward<Values>(values)...);
    }

    /// A line that somebody else worded.
    void log(LogLevel level, std::string_view line) { add(level, "{}", line); }

private:
    template <class... Values>
    void add(LogLevel level, fmt::format_string<Values...> line, Values&&... values)
    {
        // Most events of a busy server are not wanted: they must not cost a formatting.
        if (level < options_.log_level) return;
        char message[kMaxMessage];
        const auto written =
            fmt::format_to_n(message, kMaxMessage, line, std::forward<Values>(values)...);
        write(level, {message, std::min(written.size, kMaxMessage)});
    }
    void write(LogLevel level, std::string_view message);
    bool write_line(int file, LogLevel level, std::string_view message) const;

    const Options& options_;
    const store::Clock& clock_;
    int standard_output_;
    std::uint64_t dropped_ = 0;  // lines since the last that was written
};

}  // namespace server
