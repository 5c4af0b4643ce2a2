#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/error.h"

namespace server {

struct Command;

/// A text as Redis quotes it in errors: up to its first NUL, for it prints them as C strings.
inline std::string_view as_c_string(std::string_view text)
{
    return text.substr(0, text.find('\0'));
}

/// A command refused: what() is the whole error line, prefix word first ("ERR syntax error").
/// Thrown before anything was changed; caught only by the executor.
class CommandError : public std::exception
{
public:
    explicit CommandError(std::string_view line) : line_(line) {}

    /// Texts among the values are quoted as_c_string().
    template <class... Values>
    CommandError(fmt::format_string<Values...> line, Values&&... values)
        : line_(fmt::format(fmt::runtime(fmt::string_view{line}), as_quoted(values)...))
    {}

    const char* what() const noexcept override { return line_.c_str(); }
    std::string_view line() const { return line_; }

private:
    template <class Value>
    static auto as_quoted(const Value& value)
    {
        if constexpr (std::is_convertible_v<const Value&, std::string_view>) {
            return as_c_string(value);
        } else {
            return value;
        }
    }

    std::string line_;
};

/// The error texts that more than one command uses, as Redis words them.
namespace text {
inline constexpr std::string_view kSyntax = "ERR syntax error";
inline constexpr std::string_view kNotAnInteger = "ERR value is not an integer or out of range";
inline constexpr std::string_view kNotAFloat = "ERR value is not a valid float";
inline constexpr std::string_view kNanResult = "ERR resulting score is not a number (NaN)";
inline constexpr std::string_view kWrongType =
    "WRONGTYPE Operation against a key holding the wrong kind of value";
inline constexpr std::string_view kNoMemory = "OOM there is no memory for this command";
inline constexpr std::string_view kOverMemoryLimit =
    "OOM command not allowed when used memory > 'maxmemory'.";
inline constexpr std::string_view kCannotSave =
    "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
    "disk. Commands that may modify the data set are disabled, because this instance is configured "
    "to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error "
    "option). Please check the Redis logs for details about the RDB error.";
inline constexpr std::string_view kBusyScript =
    "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
inline constexpr std::string_view kBusyFunction =
    "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
inline constexpr std::string_view kUnblocked = "UNBLOCKED client unblocked via CLIENT UNBLOCK";
inline constexpr std::string_view kNoSuchKey = "ERR no such key";
inline constexpr std::string_view kBadDump = "ERR DUMP payload version or checksum are wrong";
inline constexpr std::string_view kInvalidCursor = "ERR invalid cursor";
inline constexpr std::string_view kDatabaseOutOfRange = "ERR DB index is out of range";
inline constexpr std::string_view kNoAuth = "NOAUTH Authentication required.";
inline constexpr std::string_view kWrongPass =
    "WRONGPASS invalid username-password pair or user is disabled.";
inline constexpr std::string_view kExecAborted =
    "EXECABORT Transaction discarded because of previous errors.";
inline constexpr std::string_view kNoCluster = "ERR This instance has cluster support disabled";
inline constexpr std::string_view kNoSuchOrder = "ERR no such order";
inline constexpr std::string_view kStaleToken =
    "STALETOKEN This token is not the one of the order's current reservation";
inline constexpr std::string_view kLockLost =
    "LOCKLOST The driver's lock or availability was lost: the order goes on without them";
}  // namespace text

/// "ERR wrong number of arguments for 'get' command".
CommandError wrong_number_of_arguments(const Command& command);

/// The error line for a refusal of the store.
std::string error_line(const store::Error& error);

}  // namespace server
