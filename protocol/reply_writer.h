#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "protocol/buffer.h"
#include "protocol/number_format.h"

namespace protocol {

/// The protocol's version, as in HELLO 3.
enum class Version { Resp2 = 2, Resp3 = 3 };

/// Appends replies to a buffer that the caller owns. Where RESP2 lacks a type, the writer writes
/// what Redis writes instead; no other code needs to know the client's version.
///
/// An aggregate (array, map, set, push) is a header; its elements are written after it. If their
/// number is known only at the end:
///
///     const auto start = reply.begin();
///     for (...) { reply.bulk(member); ++count; }
///     reply.end_array(start, count);
class ReplyWriter
{
public:
    ReplyWriter(Buffer& out, Version version) : out_(&out), version_(version) {}

    Version version() const { return version_; }
    void set_version(Version version) { version_ = version; }

    /// "+OK".
    void ok() { out_->append("+OK\r\n"); }

    /// "+PONG".
    void pong() { out_->append("+PONG\r\n"); }

    /// A status, such as "QUEUED". CR and LF become spaces: a status is one line.
    void simple(std::string_view line);

    /// An error with its code, without the dash: "ERR syntax error". CR and LF at its ends are
    /// dropped, others become spaces, as in Redis: a quoted argument cannot split the reply.
    void error(std::string_view line);

    void integer(std::int64_t value) { header(':', value); }

    /// A binary-safe string.
    void bulk(std::string_view bytes)
    {
        if (bytes.size() > kLongBulk) [[unlikely]]
            return long_bulk(bytes);
        char* at = out_->prepare(bytes.size() + kMaxHeaderSize + 2);
        char* const begin = at;
        at = write_header(at, '$', static_cast<std::int64_t>(bytes.size()));
        if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
        at = write_line_end(at + bytes.size());
        out_->commit(static_cast<std::size_t>(at - begin));
    }

    /// A string whose bytes somebody else puts between these two.
    void begin_bulk(std::size_t size) { header('$', static_cast<std::int64_t>(size)); }
    void end_bulk() { raw("\r\n"); }

    /// The decimal digits as a string, as GET answers for a counter.
    void bulk_integer(std::int64_t value);

    /// Nothing. RESP2 has two nothings: null() in place of a string, null_array() of an array.
    void null() { out_->append(version_ == Version::Resp2 ? "$-1\r\n" : "_\r\n"); }
    void null_array() { out_->append(version_ == Version::Resp2 ? "*-1\r\n" : "_\r\n"); }

    void array(std::size_t size) { header('*', static_cast<std::int64_t>(size)); }

    /// Keys and values in turn. RESP2: an array of twice as many.
    void map(std::size_t pairs)
    {
        if (version_ == Version::Resp2) return array(2 * pairs);
        header('%', static_cast<std::int64_t>(pairs));
    }

    /// Elements without order. RESP2: an array.
    void set(std::size_t size) { header(set_mark(), static_cast<std::int64_t>(size)); }

    /// What the client did not ask for: a pub/sub message. RESP2: an array.
    void push(std::size_t size)
    {
        header(version_ == Version::Resp2 ? '*' : '>', static_cast<std::int64_t>(size));
    }

    /// RESP2: the integer 1 or 0.
    void boolean(bool value);

    /// A score or distance, in Redis 7.2's digits (see format_double). RESP2: a string.
    void number(double value);
    /// From here on, number() writes 17 digits, as Redis 7.0 does.
    void use_long_doubles() { long_doubles_ = true; }

    /// A number whose digits the caller chose, as GEOPOS does. RESP2: a string.
    void number_text(std::string_view digits);

    /// An integer of any size, in decimal. RESP2: a string.
    void big_number(std::string_view digits);

    /// Text for people, with its format in three letters ("txt", "mkd"). RESP2: a string.
    void verbatim(std::string_view format, std::string_view text);

    /// The place of an aggregate's header whose size is not known yet.
    std::size_t begin() const { return out_->size(); }

    /// Writes the header where begin() was called, moving what was written since.
    void end_array(std::size_t position, std::size_t size) { insert_header(position, '*', size); }
    void end_map(std::size_t position, std::size_t pairs);
    void end_set(std::size_t position, std::size_t size)
    {
        insert_header(position, set_mark(), size);
    }

    /// Bytes that are a reply already.
    void raw(std::string_view bytes) { out_->append(bytes); }

    /// Bytes in the buffer now; rewind(size()) later takes back what was written since.
    std::size_t size() const { return out_->size(); }
    /// What was written since.
    std::string_view written_since(std::size_t size) const { return out_->view().substr(size); }
    void rewind(std::size_t size) { out_->truncate(size); }

private:
    // A mark, an integer, CR LF.
    static constexpr std::size_t kMaxHeaderSize = 1 + kMaxIntegerSize + 2;

    static char* write_line_end(char* at)
    {
        at[0] = '\r';
        at[1] = '\n';
        return at + 2;
    }

    static char* write_header(char* at, char mark, std::int64_t value)
    {
        *at = mark;
        return write_line_end(write_integer(at + 1, value));
    }

    void header(char mark, std::int64_t value)
    {
        char* const begin = out_->prepare(kMaxHeaderSize);
        out_->commit(static_cast<std::size_t>(write_header(begin, mark, value) - begin));
    }

    char set_mark() const { return version_ == Version::Resp2 ? '*' : '~'; }

    /// Worth not to be copied into a buffer that overflowed.
    static constexpr std::size_t kLongBulk = 16 << 10;

    void long_bulk(std::string_view bytes);
    void line(char mark, std::string_view text);
    void insert_header(std::size_t position, char mark, std::size_t size);

    Buffer* out_;
    Version version_;
    bool long_doubles_ = false;
};

}  // namespace protocol
