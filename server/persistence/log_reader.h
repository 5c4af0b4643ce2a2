#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace server {

/// Reads a log of requests, one after the other, from bytes in memory: arrays of bulk strings, and
/// lines that begin with '#', which say something of what follows.
class LogReader
{
public:
    enum class Found : std::uint8_t {
        Words,      ///< a request
        Note,       ///< such a line
        NeedsMore,  ///< what is there is its beginning
        Broken,     ///< no log looks like that
    };

    /// What these bytes begin with.
    Found read(std::string_view bytes);

    /// Of the request or line that was found: how many bytes it takes.
    std::size_t size() const { return size_; }
    /// Views into the bytes; at least one.
    std::span<const std::string_view> words() const { return words_; }
    /// For NeedsMore: at least so many bytes are missing.
    std::uint64_t missing() const { return missing_; }

private:
    Found read_note(std::string_view bytes);
    Found read_number(std::string_view bytes, char kind, std::uint64_t max, std::uint64_t& number);
    Found read_word(std::string_view bytes);
    Found needs(std::uint64_t missing);

    std::size_t size_ = 0;
    std::uint64_t missing_ = 0;
    std::vector<std::string_view> words_;
};

}  // namespace server
