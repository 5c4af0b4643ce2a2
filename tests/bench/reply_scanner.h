#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

/// Counts whole replies in a stream of RESP bytes, however they are chunked, and keeps the latest
/// one. Fast, since it looks only at the headers: the load must not be bound by its generator.
class ReplyScanner
{
public:
    /// Whether last_reply() is wanted; copying it costs time.
    explicit ReplyScanner(bool keep_last = false) : keep_last_(keep_last) {}

    void feed(std::string_view bytes);

    std::uint64_t replies() const { return replies_; }
    std::uint64_t errors() const { return errors_; }
    /// The text of the first error, empty if there was none.
    const std::string& first_error() const { return first_error_; }
    /// The bytes of the last whole reply. REQUIRES keep_last, and one request at a time.
    const std::string& last_reply() const { return last_; }

private:
    void read_header(std::string_view line);
    void end_value();

    bool keep_last_;
    std::uint64_t replies_ = 0;
    std::uint64_t errors_ = 0;
    std::uint64_t values_left_ = 1;   // of the reply that is being read
    std::uint64_t payload_left_ = 0;  // of the bulk string that is being read, CRLF included
    std::string partial_;             // a header cut off by the end of a chunk
    std::string first_error_;
    std::string last_;
    std::string reading_;
};

}  // namespace bench
