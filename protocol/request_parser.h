#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/protocol_error.h"

namespace protocol {

/// What a client may claim. Redis's defaults.
struct RequestLimits
{
    std::int64_t max_arguments = 1024 * 1024;  ///< Redis's limit up to 6.2; 7.0 takes any int
    std::int64_t max_bulk_bytes = 512LL * 1024 * 1024;  ///< proto-max-bulk-len
    std::size_t max_inline_bytes = 64 * 1024;           ///< also for the lines "*3" and "$5"

    /// A client that has not said its password yet may send so many arguments of this size, no
    /// more.
    static constexpr std::int64_t kUnauthenticatedArguments = 10;
    static constexpr std::int64_t kUnauthenticatedBulkBytes = 16 * 1024;
    bool authenticated = true;
};

/// Cuts a client's bytes into requests: RESP arrays of bulk strings, and inline commands (a line of
/// words, quoted as in redis-cli). It remembers how far it got in an unfinished request, so any
/// chunking costs O(bytes), and it holds no memory for what a client merely announces.
///
///     while (parser.next(buffer.view())) {
///         execute(parser.arguments());
///         buffer.consume(parser.size());
///     }
class RequestParser
{
public:
    RequestParser() = default;
    explicit RequestParser(RequestLimits limits) : limits_(limits) {}

    /// True when `input` starts with a whole request. `input` begins at the first byte that no
    /// finished request has used: after false, give the same bytes (at any address) and more.
    /// Throws ProtocolError exactly where Redis refuses; the parser must not be used afterwards.
    bool next(std::string_view input);

    /// The finished request's words: views into the input (or, for quoted words of an inline
    /// command, into the parser), whole until the next call of next(). Empty for "*0", "*-1" and a
    /// line without words, which Redis skips without a reply.
    std::span<const std::string_view> arguments() const { return arguments_; }

    /// How many bytes of the input the finished request took.
    std::size_t size() const { return position_; }

    /// While a long argument arrives: how many bytes it lacks, if `received` are there. Otherwise
    /// 0, for that is not known.
    std::size_t missing(std::size_t received) const;

    /// Gives back the memory of a large request that is finished, and of its arguments.
    void release();

    /// Whether no part of an unfinished request was read.
    bool is_between_requests() const { return phase_ == Phase::Start; }

    /// Limits hold from the next length that is read: AUTH and CONFIG SET may change them any time.
    RequestLimits& limits() { return limits_; }

private:
    enum class Phase { Start, Inline, Count, Size, Bulk };

    void start(std::string_view input);
    bool read_inline(std::string_view input);
    bool read_count(std::string_view input);
    bool read_bulks(std::string_view input);
    bool read_bulk_size(std::string_view input);
    std::size_t find_line_end(std::string_view input, char line_end, const char* too_long);
    void split(std::string_view line);
    std::size_t read_word(std::string_view line, std::size_t at);
    void follow(const char* base);

    RequestLimits limits_;
    std::vector<std::string_view> arguments_;
    std::string unquoted_;         // the decoded words of an inline command
    const char* base_ = nullptr;   // where the input began when arguments_ were cut from it
    std::size_t position_ = 0;     // the first byte that is not understood yet
    std::size_t scanned_ = 0;      // no line ends between position_ and here
    std::int64_t remaining_ = 0;   // arguments still to come
    std::int64_t bulk_bytes_ = 0;  // of the argument being read
    Phase phase_ = Phase::Start;
};

}  // namespace protocol
