#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace store::snapshot {

/// The bytes are not what the format says. Thrown by the readers here, caught by who calls them.
class FormatError : public std::exception
{
public:
    const char* what() const noexcept override { return "bad snapshot format"; }
};

/// Throws FormatError unless the condition holds.
inline void require(bool condition)
{
    if (!condition) throw FormatError{};
}

/// What was to be read is longer than the part of it that is here.
class NeedsMore : public FormatError
{
public:
    explicit NeedsMore(std::uint64_t bytes) : missing(bytes) {}
    std::uint64_t missing;  ///< at least so many bytes
};

/// Reads bytes that may be anything: whatever would go beyond their end throws FormatError, or
/// NeedsMore if they are only the first part of something longer.
class ByteReader
{
public:
    enum class Bytes : bool { All, Part };

    explicit ByteReader(std::string_view bytes, Bytes which = Bytes::All)
        : rest_(bytes), which_(which)
    {}

    std::size_t remaining() const { return rest_.size(); }
    std::string_view rest() const { return rest_; }

    /// So many bytes must be left.
    void require_remaining(std::uint64_t size) const
    {
        if (size <= rest_.size()) return;
        if (which_ == Bytes::Part) throw NeedsMore{size - rest_.size()};
        throw FormatError{};
    }

    std::string_view take(std::uint64_t size)
    {
        require_remaining(size);
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::uint8_t take_byte() { return static_cast<std::uint8_t>(take(1)[0]); }
    std::uint8_t peek_byte() const
    {
        require_remaining(1);
        return static_cast<std::uint8_t>(rest_[0]);
    }

    /// An unsigned number of 1 to 8 bytes, lowest byte first.
    std::uint64_t take_little(std::size_t size)
    {
        const std::string_view bytes = take(size);
        std::uint64_t value = 0;
        for (std::size_t i = size; i > 0; --i)
            value = value << 8 | static_cast<std::uint8_t>(bytes[i - 1]);
        return value;
    }

    /// As take_little(), but signed.
    std::int64_t take_signed(std::size_t size)
    {
        const auto shift = static_cast<unsigned>(64 - 8 * size);
        return static_cast<std::int64_t>(take_little(size) << shift) >> shift;
    }

    /// An unsigned number, highest byte first.
    std::uint64_t take_big(std::size_t size)
    {
        std::uint64_t value = 0;
        for (const char byte : take(size)) value = value << 8 | static_cast<std::uint8_t>(byte);
        return value;
    }

private:
    std::string_view rest_;
    Bytes which_;
};

}  // namespace store::snapshot
