#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "server/config/options.h"
#include "store/clock.h"

namespace server {

/// The server's diary, one line an event: `2026-01-31T09:30:00.123Z notice Listening on ...` (UTC).
/// Bytes of a message that are no printable ASCII are shown as \xHH: an event stays one line.
class Log
{
public:
    /// Writes to options.log_file, or the standard output, what options.log_level says; both may
    /// change. Throws ConfigError if the file cannot be opened. Both references outlive the log.
    Log(const Options& options, const store::Clock& clock);

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

private:
    template <class... Values>
    void add(LogLevel level, fmt::format_string<Values...> line, Values&&... values)
    {
        // Most events of a busy server are not wanted: they must not cost a formatting.
        if (level >= options_.log_level)
            write(level, fmt::format(line, std::forward<Values>(values)...));
    }
    void write(LogLevel level, std::string_view message);

    const Options& options_;
    const store::Clock& clock_;
};

}  // namespace server
